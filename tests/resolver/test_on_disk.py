"""A table of names on disk answers what the one in memory does, and is opened, not read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from dagster_project.contracts.assets.resolver import AliasGroup, ResolverSpec
from dagster_project.resolver.index import EntityIndex
from dagster_project.resolver.names import EntityName
from dagster_project.resolver.on_disk import NamesOnDisk
from dagster_project.resolver.write_names import META, names_digest, packed, unpacked, write_names
from tests.resolver.conftest import TODAY, plant_names, plant_spec
from tests.resolver.typing_errors import one_wrong_key

QUESTIONS = (
    "{} 상태 알려줘",
    "what is the status of {}?",
    "어제 {}에서 난 알람",
    "{}",
    "gt-1 and {}",
)
ODD_NAMES = [
    EntityName("valve", "V-007", "예비밸브", "Spare Valve"),
    EntityName("valve", "V-008", "예비밸브", "Spare Valve"),
    EntityName("valve", "v-8b", "조절 밸브 007호", "Valve 1-2", ("IT", "고", "x\x1fy")),
    EntityName("Pump", "P 1", "", ""),
]
Opened = Callable[[list[EntityName]], NamesOnDisk]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    def write(names: list[EntityName]) -> NamesOnDisk:
        folder = tmp_path / names_digest(names)
        write_names(names, folder)
        return NamesOnDisk(folder)

    return write


def test_both_tables_give_the_same_answers(opened: Opened) -> None:
    """Names, aliases, ids, numbers nobody has and typing errors: memory and disk agree."""
    names = [*plant_names(), *ODD_NAMES[:2]]
    in_memory = EntityIndex.build([plant_spec()], names, today=TODAY)
    on_disk = EntityIndex.over([plant_spec()], opened(names), today=TODAY)
    chance = Random(1)
    spelt = [text for name in names for text in name.all_names()]
    wrong = [one_wrong_key(text, chance) for text in spelt for _ in range(3)]
    others = [
        "GT-99",
        "가스터빈 9호기",
        "gas turbine 12",
        "SrV-014",
        "ㅎㅅ-01",
        "turbine-01",
        "1호기",
    ]
    asked = [chance.choice(QUESTIONS).format(text) for text in [*spelt, *wrong, *others]]
    assert [q for q in asked if in_memory.find(q) != on_disk.find(q)] == []
    assert sum(bool(on_disk.find(q)) for q in asked) > 0.8 * len(asked)


def test_records_come_back_as_they_were(opened: Opened) -> None:
    """Every field of a name is kept; what would break a record is a space."""
    table = opened(ODD_NAMES)
    assert [table.name(n) for n in range(3)] == [*ODD_NAMES[:2], unpacked(packed(ODD_NAMES[2]))]
    assert table.name(2).names == ("IT", "고", "x y")
    assert (len(table), table.record("Pump", "P 1"), table.record("pump", "P 1")) == (4, 3, None)
    assert table.get("spare-valve") == (0, 1)


def test_numbers_may_have_zeros_and_separators(opened: Opened) -> None:
    """007 in the data is 7 in a question; `Valve 1-2` is not `Valve 12`."""
    index = EntityIndex.over([], opened(ODD_NAMES))
    assert [m.candidates[0].key for m in index.find("조절 밸브 7호 상태")] == ["v-8b"]
    assert [m.candidates[0].key for m in index.find("valve 1-2 status")] == ["v-8b"]
    assert [m.candidates for m in index.find("valve 12 status") if m.candidates] == []


def test_nearest_names_have_another_number(opened: Opened) -> None:
    """For a name nobody has, things with other numbers are offered first."""
    index = EntityIndex.over([plant_spec()], opened(plant_names()), today=TODAY)
    for text in ("GT-05", "가스터빈 9호기"):
        assert {c.key for c in index.nearest(text, 4)} == {"GT-01", "GT-02", "GT-03", "GT-04"}


def test_an_empty_table_finds_nothing(opened: Opened) -> None:
    """Without names there is nothing to find, near or whole."""
    groups = (AliasGroup(entity="a", key="b", aliases=("c d",)),)
    index = EntityIndex.over([ResolverSpec(alias_groups=groups)], opened([]))
    assert (index.find("c d GT-01 상태"), index.nearest("x"), len(index)) == ((), (), 0)


def test_another_format_is_refused(opened: Opened, tmp_path: Path) -> None:
    """A table of another version is told, not misread."""
    opened(ODD_NAMES)
    meta = next(tmp_path.glob(f"*/{META}"))
    meta.write_text(meta.read_text().replace('"format": 1', '"format": 0'))
    with pytest.raises(ValueError, match="format 0"):
        NamesOnDisk(meta.parent)


def test_the_digest_is_the_content() -> None:
    """Same names, same digest; one changed letter, another."""
    names = plant_names()
    assert names_digest(names) == names_digest(list(names))
    assert names_digest(names) != names_digest([*names[:-1], ODD_NAMES[0]])


def test_opening_needs_no_numpy(opened: Opened, tmp_path: Path) -> None:
    """Only writing a table needs numpy; an ask does not wait for its import."""
    opened(ODD_NAMES)
    folder = next(tmp_path.glob(f"*/{META}")).parent
    code = (
        "import sys; from pathlib import Path;"
        "from dagster_project.resolver.on_disk import NamesOnDisk;"
        f"table = NamesOnDisk(Path({str(folder)!r}));"
        "assert table.near('sparevalve', '', 0.5); print('numpy' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
