"""Read first: how a question becomes an answer.

ask.py goes through the five stages: route_plan → validate → execute → compose → present.
A stage is a verb with one public function of that name; stages never call each other.
control_loop.py alone decides to go round again; remedies.py is what it can change in a plan.
"""
