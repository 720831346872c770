"""Adapters: a bound query in, rows out.

This package knows nothing of questions, config assets or Dagster, and imports nothing of ours.
To add an engine: one module with a class that fulfils `protocol.Source`, and a line in the
contract suite `tests/sources/test_contract.py`.
"""
