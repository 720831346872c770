"""The engines of the contract suite, each with its probes in its own language."""
