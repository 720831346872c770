"""The composed product: settings + database + registry + sources + pipeline."""

from dagster_project.canvas.canvas import Canvas
from dagster_project.canvas.explanation import ExplainedStep, Explanation

__all__ = ["Canvas", "ExplainedStep", "Explanation"]
