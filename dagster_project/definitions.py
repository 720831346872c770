"""The code location `canvas`, as workspace.yaml, `dg` and `dagster dev` find it.

Loading reads the site's files only; the database is opened by runs.
"""

from __future__ import annotations

import dagster as dg

from dagster_project.defs.location import code_location
from dagster_project.store.settings import load_settings


@dg.definitions
def defs() -> dg.Definitions:
    return code_location(load_settings())
