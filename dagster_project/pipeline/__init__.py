"""Read first: how a question becomes an answer.

ask.py calls the five stages in order: route_plan → validate → execute → compose → present.
A stage is a verb with one public function of that name; stages never call each other.
"""
