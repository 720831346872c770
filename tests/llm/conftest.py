"""Scripted model servers for every test of this folder."""

from tests.model_server import scripted_model, scripted_models  # noqa: F401
