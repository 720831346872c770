"""A small site over four engines, each of which can be made to fail and mended again."""
