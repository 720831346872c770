"""The composed product: settings + database + registry + sources + pipeline."""

from dagster_project.canvas.canvas import Canvas
from dagster_project.canvas.explanation import ExplainedStep, Explanation
from dagster_project.canvas.replay import Replayed, ReplayReport
from dagster_project.canvas.swap import SwapResult

__all__ = ["Canvas", "ExplainedStep", "Explanation", "ReplayReport", "Replayed", "SwapResult"]
