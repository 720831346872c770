"""Frozen values that cross a boundary. No I/O, no behaviour beyond what a value can say of itself."""
