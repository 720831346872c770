"""Content → hash. Formatting, comments, key order and spelt-out defaults do not change it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from hashlib import sha256

import orjson

from dagster_project.contracts.asset_version import ConfigAsset
from dagster_project.contracts.assets import AssetHeader, AssetSpec
from dagster_project.contracts.value import AssetId, Value
from dagster_project.registry.references import references


class NotStorable(ValueError):
    """A value that JSON or the database cannot hold: NUL, a lone surrogate, infinity."""


def plain(value: Value) -> dict[str, object]:
    """As JSON values, without what equals its default: a contract may grow a field with a default
    and no asset gets a new version from it."""
    return value.model_dump(mode="json", exclude_defaults=True)


def content_hash(header: AssetHeader, spec: AssetSpec) -> str:
    """sha256 over the canonical JSON of header and spec. Raises: NotStorable."""
    return sha256(canonical({"header": plain(header), "spec": plain(spec)})).hexdigest()


def canonical(value: object) -> bytes:
    """Sorted keys, no spaces, UTF-8. Raises: NotStorable."""
    try:
        data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # beyond orjson: integers over 64 bits, lone surrogates
        data = _canonical_slowly(value)
    if b"\\u0000" in data:
        _refuse_nul(value)
    return data


def _canonical_slowly(value: object) -> bytes:
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise NotStorable("a lone surrogate (half of a character)") from None


def _refuse_nul(value: object) -> None:
    if isinstance(value, str) and "\0" in value:
        raise NotStorable("a NUL character")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in (*inner, *(value if isinstance(value, dict) else ())):
        _refuse_nul(part)


def finite(value: object) -> bool:
    """False when any number in a document is not finite."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(finite(part) for part in value.values())
    return all(finite(part) for part in value) if isinstance(value, list) else True


def lineage_digest(asset_id: AssetId, assets: Mapping[AssetId, ConfigAsset]) -> str:
    """Hash of an asset and of all that it stands on: changes when anything upstream changes.

    An upstream that is not among `assets` counts by its name alone.
    """
    return _folded(asset_id, assets, {}, ())


def lineage_digests(assets: Mapping[AssetId, ConfigAsset]) -> dict[AssetId, str]:
    """`lineage_digest` of every asset, each worked out once."""
    done: dict[AssetId, str] = {}
    for asset_id in assets:
        _folded(asset_id, assets, done, ())
    return {asset_id: done[asset_id] for asset_id in assets}


def _folded(
    asset_id: AssetId,
    assets: Mapping[AssetId, ConfigAsset],
    done: dict[AssetId, str],
    above: tuple[AssetId, ...],
) -> str:
    if asset_id in done:
        return done[asset_id]
    asset = assets.get(asset_id)
    if asset is None or asset_id in above:
        return f"{asset_id}:absent"
    upstream = [_folded(ref, assets, done, (*above, asset_id)) for ref in references(asset)]
    folded = sha256("\n".join((str(asset_id), asset.content_hash, *upstream)).encode()).hexdigest()
    done[asset_id] = folded
    return folded
