"""The glossary gives words of the other language, and only where the catalogs say so."""

from __future__ import annotations

from dagster_project.catalog.glossary import MAX_ALSO, Glossary
from dagster_project.contracts.assets.schema_catalog import (
    ColumnSpec,
    DocumentCollection,
    MetricSpec,
    SchemaCatalogSpec,
    TableSpec,
    ValueMeaning,
)
from dagster_project.contracts.value import Names


def _glossary(*groups: tuple[tuple[str, ...], tuple[str, ...]]) -> Glossary:
    return Glossary(Names(ko=ko, en=en) for ko, en in groups)


PLANT = _glossary(
    (("윤활유",), ("lube oil",)),
    (("윤활유 압력",), ("lube oil pressure",)),
    (("압력",), ("pressure",)),
    (("서버",), ("server", "host")),
    (("디스크",), ("disk",)),
    (("용량",), ("capacity",)),
    (("파드",), ("pod",)),
)


def test_a_korean_word_finds_the_english_ones_behind_its_particle() -> None:
    """What follows a Korean noun does not hide it."""
    assert PLANT.also("서버에서 오류가 나요") == ("server", "host")


def test_an_english_word_finds_the_korean_one_in_plural_and_in_a_name() -> None:
    """Plurals and camelCase are heard as the word they hold."""
    assert PLANT.also("which disks are full") == ("디스크",)
    assert PLANT.also("KubePodCrashLooping") == ("파드",)


def test_the_longest_name_wins_and_is_read_once() -> None:
    """Lube oil pressure is one thing, not lube oil and pressure."""
    assert PLANT.also("윤활유 압력이 낮아") == ("lube oil pressure",)
    assert PLANT.also("lube oil pressure low") == ("윤활유 압력",)


def test_names_inside_a_compound_are_found() -> None:
    """Korean compounds are written without spaces."""
    assert PLANT.also("디스크용량이 부족") == ("disk", "capacity")


def test_words_that_the_text_has_are_not_given_again() -> None:
    """Both languages in one question need nothing more."""
    assert PLANT.also("서버 server host") == ()


def test_an_english_word_inside_another_is_not_found() -> None:
    """`host` is not in `ghostly`, nor `pod` in `podium`."""
    assert PLANT.also("a ghostly podium") == ()


def test_an_unknown_text_and_an_empty_one_give_nothing() -> None:
    """No name, no words."""
    assert PLANT.also("점심 뭐 먹지?") == ()
    assert PLANT.also("") == ()


def test_names_of_one_language_only_are_no_bridge() -> None:
    """A group needs both languages."""
    assert len(_glossary((("서버",), ()), ((), ("pump",)))) == 0


def test_never_more_words_than_would_drown_the_question() -> None:
    """A long text over a rich glossary stays bounded."""
    rich = _glossary(*(((f"낱말{n}호",), (f"word{n}", f"term{n}")) for n in range(100)))
    text = " ".join(f"word{n}" for n in range(100))
    assert len(rich.also(text)) == MAX_ALSO


def test_every_kind_of_name_in_a_catalog_counts_and_disabled_ones_do_not() -> None:
    """Tables, columns, values, metrics and collections' own words; nothing masked or off."""
    status = ColumnSpec(
        name="status",
        type="text",
        names=Names(ko=("상태",), en=("status",)),
        values=(ValueMeaning(value="S", names=Names(ko=("정지",), en=("stopped",))),),
    )
    secret = ColumnSpec(
        name="pin", type="text", masked=True, names=Names(ko=("핀번호",), en=("pin",))
    )
    spec = SchemaCatalogSpec(
        source="plant",
        tables=(
            TableSpec(
                name="plant.ci",
                names=Names(ko=("설비",), en=("machine",)),
                columns=(status, secret),
            ),
            TableSpec(
                name="plant.old",
                names=Names(ko=("옛날표",), en=("old table",)),
                columns=(),
                enabled=False,
            ),
        ),
        metrics=(
            MetricSpec(
                name="vibration",
                names=Names(ko=("진동",), en=("vibration",)),
                table="plant.m",
                column="value",
            ),
        ),
        document_collections=(
            DocumentCollection(name="guides", glossary=(Names(ko=("절체",), en=("failover",)),)),
        ),
    )
    glossary = Glossary.of([spec])
    assert glossary.also("정지된 설비의 진동, 절체 상태") == (
        "stopped", "machine", "vibration", "failover", "status",
    )  # fmt: skip
    assert glossary.also("핀번호 옛날표") == ()
