"""An alias into a resolver's YAML as a draft edit; comments and layout stay as they were."""

from __future__ import annotations

import io
import os
import secrets
from datetime import date
from pathlib import Path

from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.contracts.errors import AssetNotFound, ConfigError, InvalidRequest
from dagster_project.registry.load import Site, load_site
from dagster_project.resolver.normal_form import spellings

_NEVER_WRAP = 1_000_000


def resolver_file(site: Site, entity: str) -> Path:
    """The file of the resolver that maps an entity. Raises: AssetNotFound."""
    for asset in site.assets.values():
        spec = asset.spec
        if isinstance(spec, ResolverSpec) and any(m.entity == entity for m in spec.entity_mappings):
            return site.home / asset.path
    raise AssetNotFound(
        f"No resolver of this site maps the entity {entity!r}.",
        "Name one of its entities, or add an entity mapping.",
    )


def with_alias(
    text: str, alias: str, entity: str, key: str, owner: str | None, expires: date | None
) -> str:
    """The file's text with one alias more, in the group of the same thing, owner and date."""
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.util import load_yaml_guess_indent

    _, indent, offset = load_yaml_guess_indent(text)
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _NEVER_WRAP
    steps = indent or 2
    yaml.indent(mapping=2, sequence=max(steps, (offset or 0) + 2), offset=offset or 0)
    document = yaml.load(text)
    groups = document["spec"].setdefault("alias_groups", CommentedSeq())
    meant = {"entity": entity, "key": key, "owner": owner, "expires": expires}
    same = [g for g in groups if all(g.get(name) == value for name, value in meant.items())]
    if same:
        same[0]["aliases"].append(alias)
    else:
        aliases = CommentedSeq([alias])
        aliases.fa.set_flow_style()
        told = {name: value for name, value in meant.items() if value is not None}
        group = CommentedMap({"entity": entity, "key": key, "aliases": aliases, **told})
        group.fa.set_flow_style()
        groups.append(group)
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue()


def add_alias(
    home: Path, alias: str, entity: str, key: str, owner: str | None, expires: date | None
) -> Path:
    """Writes the alias into the site's file; which file.

    Effects: replaces the file in one step; it is as before when the new text is refused.
    Raises: AssetNotFound, ConfigError, InvalidRequest when the alias is there already.
    """
    site = load_site(home)
    path = resolver_file(site, entity)
    before = path.read_text(encoding="utf-8")
    for asset in site.assets.values():
        for group in asset.spec.alias_groups if isinstance(asset.spec, ResolverSpec) else ():
            same = (group.entity, group.key) == (entity, key)
            spelt = {spellings(known)[0] for known in group.aliases}
            if same and spellings(alias)[0] in spelt and _holds(group.expires):
                raise InvalidRequest(
                    f"{alias!r} is an alias of {entity} {key} already, in {asset.path}.",
                    "Publish that file, or decline the proposal.",
                )
    _replace(path, with_alias(before, alias, entity, key, owner, expires))
    told = [f for f in load_site(home).errors if f.path == path.relative_to(home).as_posix()]
    if told:
        _replace(path, before)
        raise ConfigError(tuple(told))
    return path


def _holds(expires: date | None) -> bool:
    return expires is None or expires >= date.today()


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    beside.write_text(text, encoding="utf-8")
    beside.chmod(path.stat().st_mode & 0o777)
    beside.replace(path)
