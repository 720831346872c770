"""The plant's general words of operations, as its catalog gives them."""

from __future__ import annotations

from pathlib import Path

import yaml

from dagster_project.contracts.value import Names

CATALOG = Path(__file__).parents[2] / "assets_config" / "schema_catalogs" / "plant_documents.yaml"


def plant_glossary() -> list[Names]:
    """Without the names of collections, tables and machines."""
    (collection,) = yaml.safe_load(CATALOG.read_text(encoding="utf-8"))["spec"][
        "document_collections"
    ]
    return [Names.model_validate(line) for line in collection["glossary"]]
