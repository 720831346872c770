"""HTTP APIs: one GET in, rows out."""
