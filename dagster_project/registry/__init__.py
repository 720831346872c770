"""YAML → typed, versioned assets; their references are the lineage; publish makes a release."""
