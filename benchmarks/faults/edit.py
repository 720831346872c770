"""One edit of one asset's file, as a person would make it in an editor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDERS = {
    "source": "sources",
    "schema_catalog": "schema_catalogs",
    "query": "queries",
    "mapping": "mappings",
    "policy": "policies",
    "prompt": "prompts",
    "screen": "screens",
    "resolver": "resolvers",
}


@dataclass(frozen=True, slots=True)
class Edit:
    name: str
    asset: str
    """`kind:name`."""
    does: str
    """One line: what it breaks, or why it breaks nothing."""
    changes: tuple[tuple[str, str], ...]
    """Old text and new; each old text stands in the file exactly once."""

    def apply(self, home: Path) -> Path:
        """The file it wrote. Raises: LookupError when the site no longer holds the old text."""
        kind, _, name = self.asset.partition(":")
        path = home / "assets_config" / FOLDERS[kind] / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        for old, new in self.changes:
            if text.count(old) != 1:
                raise LookupError(f"{self.name}: {old!r} is {text.count(old)} times in {path}")
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        return path
