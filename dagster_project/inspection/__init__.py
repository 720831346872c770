"""A14: the real work of each kind of config asset, as values. Knows nothing of Dagster."""
