"""Planted instructions, and a model that obeys them: what becomes of an ask."""
