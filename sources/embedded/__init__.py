"""Data for the `mock` environment: generated from a seed number, never downloaded."""
