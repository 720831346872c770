"""Frozen values that cross a boundary. No I/O, no behaviour beyond what a value says of itself."""
