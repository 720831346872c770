"""A small site that is good: one asset of each kind, written as text so that tests can break it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry.good_site import GOOD_FILES

WriteSite = Callable[..., Path]


@pytest.fixture
def write_site(tmp_path: Path) -> WriteSite:
    """Writes the good site, with some files replaced (text or bytes) or left out (None)."""

    def write(changes: dict[str, str | bytes | None] | None = None, folder: str = "site") -> Path:
        home = tmp_path / folder
        for path, text in {**GOOD_FILES, **(changes or {})}.items():
            file = home / "assets_config" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                file.unlink(missing_ok=True)
            else:
                file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return home

    return write
