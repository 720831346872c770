"""YAML 1.2's plain values, safely: what text becomes, and that nothing crashes the reader."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.contracts.asset_version import ConfigAsset
from dagster_project.contracts.assets import AssetHeader
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.registry.digest import content_hash
from dagster_project.registry.lines import Lines
from dagster_project.registry.load import load_site
from dagster_project.registry.parse_asset import parse_asset
from dagster_project.registry.read_yaml import YamlProblem, read_yaml
from dagster_project.registry.write_yaml import to_yaml
from registry.conftest import WriteSite
from registry.good_site import GOOD_FILES

REPOSITORY = Path(__file__).resolve().parents[2]
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("2026-01-05", "2026-01-05"),
        ("12:30", "12:30"),
        ("10.0.0.1", "10.0.0.1"),
        ("007", 7),
        ("'007'", "007"),
        ("-1.5e3", -1500.0),
        ("0x1f", "0x1f"),
        (".inf", ".inf"),
        ("[~, null]", [None, None]),
        ("True", True),
        ("&a [1, *b]", YamlProblem),
        ("[&a [1], *a]", [[1], [1]]),
        ("{1: x, true: y}", {"1": "x", "true": "y"}),
        ("{[a]: x}", YamlProblem),
    ],
)
def test_what_plain_text_becomes(text: str, value: object) -> None:
    """The core schema of YAML 1.2: no surprise booleans, dates or base-60 numbers."""
    if value is YamlProblem:
        with pytest.raises(YamlProblem):
            read_yaml(text.encode())
    else:
        assert read_yaml(text.encode()) == value


@pytest.mark.parametrize("path", sorted(p for p, t in GOOD_FILES.items() if t))
def test_it_reads_what_the_reference_reader_reads(path: str) -> None:
    """Ordinary files give the same values as PyYAML's own safe loader."""
    text = GOOD_FILES[path]
    assert isinstance(text, str)
    assert read_yaml(text.encode()) == yaml.safe_load(text)


def test_every_value_has_its_line() -> None:
    """Lines follow blocks, flows, lists in lists and keys above their blocks."""
    text = b"a:\n  b: 1\n  c:\n    - x\n    - {d: [2,\n        3]}\ne: |\n  t\n"
    lines = Lines(text)
    assert [lines.of(path) for path in (("a",), ("a", "b"), ("a", "c"))] == [1, 2, 3]
    assert [lines.of(("a", "c", 1, "d", n)) for n in (0, 1)] == [5, 6]
    assert (lines.of(("e",)), lines.of(("e", "beyond", 3)), lines.of(("none",))) == (7, 7, 1)


@given(text=TEXTS, more=st.lists(TEXTS, max_size=3), sample=st.floats(allow_nan=False, width=32))
@settings(max_examples=150, deadline=None)
def test_canonical_yaml_reads_back_as_the_same_content(
    text: str, more: list[str], sample: float
) -> None:
    """Whatever the texts hold, writing and reading an asset keeps its hash."""
    spec = QuerySpec(
        form="template",
        source="s",
        text=text or "x",
        examples={"ko": more, "en": [text]},  # pyright: ignore[reportArgumentType]
        sample_params={"x": text, "y": sample if abs(sample) < 1e30 else 0.5, "z": True, "n": 3},
    )
    header = AssetHeader(kind="query", name="q", description=text)
    asset = ConfigAsset(header=header, spec=spec, content_hash=content_hash(header, spec))
    again = parse_asset("q.yaml", to_yaml(asset).encode(), "query")
    secret = [p for p in again.problems if p.code == "CFG026"]
    assert again.asset is not None or secret, again.problems
    if again.asset is not None:
        assert (again.asset.spec, again.asset.content_hash) == (spec, asset.content_hash)


def test_no_mutation_crashes_the_loader(write_site: WriteSite) -> None:
    """Cut, doubled, swapped and overwritten files give findings, never an exception."""
    chance = random.Random(7)
    junk = [
        "[",
        "{",
        "- ",
        ": ",
        "\t",
        "null",
        "*a",
        "&a ",
        "'",
        "1e999",
        "{}",
        "[]",
        "!x ",
        "%",
        "\x00",
    ]
    paths = sorted(GOOD_FILES)
    for _ in range(150):
        changes: dict[str, str | bytes | None] = {}
        for path in chance.sample(paths, 3):
            lines = str(GOOD_FILES[path]).split("\n")
            for _ in range(chance.randint(1, 3)):
                at = chance.randrange(len(lines))
                where = chance.randint(0, len(lines[at]))
                lines[at] = chance.choice(
                    [
                        lines[at][:where] + chance.choice(junk) + lines[at][where:],
                        lines[at][:where],
                        lines[at].partition(":")[0] + ": " + chance.choice(junk),
                        chance.choice(lines),
                    ]
                )
            changes[path] = "\n".join(lines)
        site = load_site(write_site(changes, folder="mutated"))
        assert len(site.assets) + len(site.refused) == len(GOOD_FILES)
