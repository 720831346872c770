"""An asset → its canonical YAML: the same content always gives the same text, and back."""

from __future__ import annotations

import yaml

from dagster_project.contracts.asset_version import ConfigAsset
from dagster_project.registry.digest import plain
from dagster_project.registry.read_yaml import plain_value


def to_yaml(asset: ConfigAsset) -> str:
    """Fields in the contract's order, without what equals its default."""
    document = {**plain(asset.header), "spec": plain(asset.spec)}
    return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100_000)


class _Dumper(yaml.CSafeDumper):
    """Blocks for texts of several lines; quotes wherever our reader would see no text."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None if isinstance(plain_value(text), str) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
