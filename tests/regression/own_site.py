"""A copy of the shipped site whose files a test may edit, with a database of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo_data import allow_demo

from dagster_project.canvas import Canvas
from dagster_project.contracts.value import AssetId
from dagster_project.registry.load import load_site
from dagster_project.registry.versions import publish, sync
from dagster_project.store.database import open_database
from dagster_project.store.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class OwnSite:
    """Edit a file, then put it in force."""

    canvas: Canvas
    home: Path

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace text that must be there, once or more."""
        file = self.home / "assets_config" / path
        text = file.read_text()
        assert old in text, f"{path} has no {old!r}"
        file.write_text(text.replace(old, new))

    def publish(self, *ids: str) -> str:
        """Everything that changed, or those named, without the gate; the release's id."""
        site = load_site(self.home).require_good()
        sync(self.canvas.database, site, by="engineer")
        wanted = [AssetId(i) for i in ids] or None
        return publish(self.canvas.database, wanted, "engineer", "an edit").id


@contextmanager
def own_site(
    make_settings: Callable[..., Settings], folder: Path, golden_sets: bool = False
) -> Iterator[OwnSite]:
    """The shipped assets, published as the first release, over the seeded plant."""
    home = folder / "site"
    shutil.copytree(REPOSITORY / "assets_config", home / "assets_config")
    if golden_sets:
        shutil.copytree(REPOSITORY / "golden_sets", home / "golden_sets")
    settings = make_settings(home, plant=True)
    with open_database(settings) as database:
        allow_demo(database)
    with Canvas.open(settings) as canvas:
        site = OwnSite(canvas, home)
        site.publish()
        yield site
