"""What the operator sees in Dagster. The only package, with definitions.py, that imports it."""
