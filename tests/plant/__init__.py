"""The demo plant: its data, its assets, and questions about it."""
