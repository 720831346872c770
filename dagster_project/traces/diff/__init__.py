"""What differs between two traces, and which of it matters.

Start at `diff_traces`. What does not matter is listed in `what_matters`; all else makes a
difference, also fields that contracts get later. Only rows and the blocks' tables are compared in a
way of their own.
"""
