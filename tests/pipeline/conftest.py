"""The laboratory, for the tests of this folder."""

from __future__ import annotations

from lab.fixtures import lab, lab_rows, lab_settings

__all__ = ["lab", "lab_rows", "lab_settings"]
