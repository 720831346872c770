"""What types cannot say: names that exist, templates that parse, rules that hold.

Each module checks one kind and yields problems; `load` decides the order and what is kept out.
"""
