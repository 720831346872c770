"""An entry → its AssetSpec: what the operator reads about a config asset before it is looked at."""

from __future__ import annotations

import re
from hashlib import blake2b

import dagster as dg

from dagster_project.contracts.asset_version import ConfigAsset
from dagster_project.contracts.assets.prompt import PromptSpec
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.assets.source import SourceSpec
from dagster_project.contracts.value import AssetId, Names
from dagster_project.defs.entries import Entry
from dagster_project.registry.references import bound_stage

_TAG_VALUE = re.compile(r"^[A-Za-z0-9_.-]{1,50}$")
ICONS = {"timescale": "postgres", "vector": "postgres"}
"""Engines that Dagster has no icon of their own for."""
_E_MAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


def asset_key(asset_id: AssetId) -> dg.AssetKey:
    """`query:ci_status` → query / ci_status. A refused file's name may hold any character: then a
    digest keeps two such names apart."""
    kind, _, name = asset_id.partition(":")
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    if plain != name or not name:
        plain = f"{plain}_{blake2b(name.encode(), digest_size=3).hexdigest()}"
    return dg.AssetKey([kind, plain])


def asset_spec(entry: Entry, engines: dict[str, str]) -> dg.AssetSpec:
    """The spec of one file. `engines` is source name to engine, for the icon."""
    asset = entry.asset
    return dg.AssetSpec(
        key=asset_key(entry.id),
        deps=[asset_key(ref) for ref in entry.upstream],
        group_name=entry.kind,
        kinds=_kinds(asset, engines),
        owners=_owners(asset),
        tags=_tags(entry),
        description=_description(entry),
        code_version=entry.code_version,
        metadata={
            "path": dg.MetadataValue.path(entry.path),
            "used_by": ", ".join(entry.used_by) or "nothing",
            **({} if asset is None else _asset_metadata(asset)),
            **({"findings": _findings(entry)} if entry.findings else {}),
        },
    )


def _kinds(asset: ConfigAsset | None, engines: dict[str, str]) -> set[str]:
    match asset.spec if asset else None:
        case SourceSpec(engine=engine):
            return {ICONS.get(engine, engine), "yaml"}
        case SchemaCatalogSpec(source=source) | QuerySpec(source=str(source)):
            engine = engines.get(source)
            return {ICONS.get(engine, engine), "yaml"} if engine else {"yaml"}
        case _:
            return {"yaml"}


def _owners(asset: ConfigAsset | None) -> list[str]:
    """Only what Dagster takes: a wrong owner must not keep the location from loading."""
    owner = asset.header.owner if asset else ""
    fits = (owner.startswith("team:") and len(owner) > 5) or _E_MAIL.match(owner)
    return [owner] if fits else []


def _tags(entry: Entry) -> dict[str, str]:
    own = entry.asset.header.tags if entry.asset else ()
    tags = {f"canvas/{tag}": "" for tag in own if _TAG_VALUE.match(tag)}
    return tags if entry.asset else {"canvas/state": "refused"}


def _description(entry: Entry) -> str:
    if entry.asset is None:
        reasons = "\n".join(f"- `{finding}`" for finding in entry.findings)
        return f"**This file was refused; everything else goes on working.**\n\n{reasons}"
    title = entry.asset.header.title
    heading = f"**{title.ko}** · {title.en}\n\n" if title else ""
    return heading + entry.asset.header.description


def _asset_metadata(asset: ConfigAsset) -> dict[str, object]:
    metadata: dict[str, object] = {
        "content": asset.content_hash[:12],
        "bound_stages": ", ".join(bound_stage(asset)),
    }
    spec = asset.spec
    match spec:
        case SourceSpec():
            metadata["environment"] = spec.environment
            metadata["engine"] = spec.engine
        case SchemaCatalogSpec():
            metadata["dagster/column_schema"] = _catalog_columns(spec)
            metadata["source"] = spec.source
        case QuerySpec():
            metadata |= _query_metadata(spec)
        case PromptSpec():
            metadata["prompt"] = dg.MetadataValue.md(f"```\n{spec.system}\n---\n{spec.user}\n```")
        case _:
            pass
    return metadata


def _query_metadata(spec: QuerySpec) -> dict[str, object]:
    found: dict[str, object] = {
        "form": spec.form,
        "params": ", ".join(f"{p.name}: {p.type}" for p in spec.params) or "none",
    }
    if spec.text:
        found["statement"] = dg.MetadataValue.md(f"```sql\n{spec.text.strip()}\n```")
    if spec.steps:
        found["steps"] = " → ".join(step.query for step in spec.steps)
    if examples := spec.examples.all():
        found["examples"] = dg.MetadataValue.md("\n".join(f"- {line}" for line in examples))
    if spec.output_schema:
        found["dagster/column_schema"] = dg.TableSchema(
            columns=[
                dg.TableColumn(c.name, c.type, _meaning(c.names, c.unit))
                for c in spec.output_schema
            ]
        )
    return found


def _catalog_columns(spec: SchemaCatalogSpec) -> dg.TableSchema:
    """All columns of all tables; a catalog speaks for several, so names carry their table."""
    keys = {(entity.table, entity.key) for entity in spec.entities}
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                f"{table.name}.{column.name}",
                column.type,
                _meaning(column.names, column.unit, column.description),
                dg.TableColumnConstraints(unique=(table.name, column.name) in keys),
            )
            for table in spec.tables
            if table.enabled
            for column in table.columns
            if column.enabled
        ]
    )


def _meaning(names: Names, unit: str | None, description: str = "") -> str:
    parts = (" / ".join(names.all()[:4]), f"[{unit}]" if unit else "", description)
    return " ".join(part for part in parts if part)


def _findings(entry: Entry) -> dg.MetadataValue:
    return dg.MetadataValue.md("\n".join(f"- `{finding}`" for finding in entry.findings))
