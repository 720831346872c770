"""The demo plant: its data, its assets, and sixty questions about it."""
