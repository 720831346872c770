"""References to secrets: what they find, and what they say when they find nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.errors import SourceUnavailable
from sources.secrets import resolve_reference


def test_an_environment_variable_is_read() -> None:
    """`env:NAME` is the variable's value."""
    assert resolve_reference("env:PLANT_PW", source="plant", environ={"PLANT_PW": "s"}) == "s"


def test_a_file_is_read_without_its_last_newline(tmp_path: Path) -> None:
    """`file:/path` is the file's text, as secret mounts write it."""
    (tmp_path / "pw").write_text("s e\n")
    assert resolve_reference(f"file:{tmp_path / 'pw'}", source="plant") == "s e"


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("env:NOT_SET", ("NOT_SET", "'plant'")),
        ("file:/no/such/file", ("/no/such/file", "FileNotFoundError", "'plant'")),
        ("file:/", ("IsADirectoryError",)),
        ("hunter2", ("no known form",)),
        ("env:", ("no known form",)),
    ],
)
def test_a_reference_that_leads_nowhere_says_which(reference: str, words: tuple[str, ...]) -> None:
    """The message names the variable or file and the source."""
    with pytest.raises(SourceUnavailable) as failed:
        resolve_reference(reference, source="plant", environ={})
    assert all(word in str(failed.value) for word in words)


def test_a_password_written_in_place_of_a_reference_is_not_repeated() -> None:
    """Whoever pastes the secret itself does not find it in a log."""
    with pytest.raises(SourceUnavailable) as failed:
        resolve_reference("hunter2", source="plant", environ={})
    assert "hunter2" not in str(failed.value)
