"""Facts are laid under what people wrote; a second merge has nothing to do, in the file either."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.catalog.scan.facts_codec import (
    decode_facts,
    drift_digest,
    encode_facts,
)
from dagster_project.catalog.scan.merge import merge
from dagster_project.catalog.scan.write_merged import merged_text
from dagster_project.contracts.assets.schema_catalog import SchemaCatalogSpec
from dagster_project.contracts.errors import InvalidRequest
from dagster_project.registry.parse_asset import parse_asset
from sources.facts import (
    ColumnFacts,
    ColumnStatistics,
    KeyFacts,
    LabelFacts,
    OperationFacts,
    ParamFacts,
    RelationFacts,
    SourceFacts,
    TableFacts,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FILE = """\
# The catalog of the yard.
kind: schema_catalog
name: yard
description: "Cranes: and what they lift."   # said by the yard
spec:
  source: yard_db
  entities:
    - {name: crane, table: yard.crane, key: id, label_en: label}
  tables:
    # machines that lift
    - name: yard.crane
      names: {ko: [크레인], en: [crane]}
      list_columns: [id, label]
      columns:
        - &id
          name: id
          type: text      # as painted on it
          role: key
        - name: label
          type: text
          description: >
            what people
            shout
        - {name: reach, type: integer, unit: m, role: measure}
        - name: state
          type: text
          values:
            - {value: up, names: {en: [working]}}
        # nobody may see it
        - name: pin
          type: text
          masked: true

    - name: yard.lift
      columns:
        - *id
        - {name: crane_id, type: text}
        - {name: gone, type: text, names: {en: [old words]}}
  # how they join
  join_keys: []

  time_columns: {}
  auto_sync: true   # every night
"""


def read(text: str) -> SchemaCatalogSpec:
    parsed = parse_asset("schema_catalogs/yard.yaml", text.encode(), "schema_catalog")
    assert parsed.asset is not None, parsed.problems
    assert isinstance(parsed.asset.spec, SchemaCatalogSpec)
    return parsed.asset.spec


CRANE = TableFacts(
    "yard.crane",
    "table",
    (
        ColumnFacts("id", "text", "text", False),
        ColumnFacts("label", "text", "varchar(40)", True, "painted: in white"),
        ColumnFacts("reach", "number", "numeric(6,2)"),
        ColumnFacts("state", "text", "text"),
        ColumnFacts("pin", "text", "text"),
        ColumnFacts("built", "date", "date"),
    ),
    (KeyFacts("primary", ("id",), "crane_pkey"),),
    comment="every crane",
    row_estimate=400,
    size_bytes=8192,
    statistics=(
        ("pin", ColumnStatistics(4, 0.0, ("1234", "9999"), "0001", "9999")),
        ("reach", ColumnStatistics(40, 0.1, ("12.5",), "3", "90")),
        ("state", ColumnStatistics(2, 0.0, ("up", "down"), "down", "up")),
    ),
)
LIFT = TableFacts(
    "yard.lift",
    "table",
    (
        ColumnFacts("id", "integer", "bigint", False),
        ColumnFacts("crane_id", "text", "text", False),
        ColumnFacts("remark", "text", "text"),
    ),
    (
        KeyFacts("primary", ("id",), "lift_pkey"),
        KeyFacts("foreign", ("crane_id",), "fk", "yard.crane", ("id",)),
    ),
)
SPARE = TableFacts("yard.spare", "view", (ColumnFacts("n", "integer", "integer"),))


def facts(*tables: TableFacts) -> SourceFacts:
    return SourceFacts(NOW, 1.0, tables)


FACTS = facts(CRANE, LIFT, SPARE)


def test_facts_fill_and_words_stay() -> None:
    """Types, keys, comments, figures and values are the source's; everything else is people's."""
    merged = merge(read(FILE), FACTS)
    crane, lift, spare = merged.spec.tables
    columns = {column.name: column for column in crane.columns}
    assert (crane.comment, crane.primary_key, crane.row_estimate) == ("every crane", ("id",), 400)
    assert crane.names.ko == ("크레인",)
    assert columns["id"].role == "key"
    assert columns["label"].description.startswith("what people")
    reach = columns["reach"]
    assert (reach.type, reach.native_type, reach.unit, reach.maximum) == (
        "number", "numeric(6,2)", "m", "90",
    )  # fmt: skip
    assert [(v.value, v.names.en) for v in columns["state"].values] == [
        ("up", ("working",)), ("down", ()),
    ]  # fmt: skip
    pin = columns["pin"]
    assert (pin.samples, pin.values, pin.minimum, pin.masked) == ((), (), None, True)
    assert [(k.many, k.one) for k in merged.spec.join_keys] == [
        ("yard.lift.crane_id", "yard.crane.id")
    ]
    assert not columns["built"].enabled
    assert not spare.enabled
    assert lift.columns[2].names.en == ("old words",)
    assert merged.added == ("yard.crane.built", "yard.lift.remark", "yard.spare")
    assert merged.gone == ("yard.lift.gone",)


def test_the_file_keeps_every_word() -> None:
    """Comments, order, anchors and quotes stay; each line of the file is still there."""
    spec = read(FILE)
    merged = merge(spec, FACTS)
    text = merged_text(FILE, spec, merged.spec)
    assert read(text) == merged.spec
    for kept in FILE.splitlines():
        if kept.strip() not in ("- *id", "join_keys: []") and "reach" not in kept:
            assert kept.rstrip("}") in text, kept
    assert "- {name: spare" not in text
    assert text.index("# how they join") > text.index("yard.spare")
    assert text.count("# as painted on it") == 1


def test_an_alias_is_written_out_only_where_it_must_differ() -> None:
    """`*id` stays while it says the same as its anchor."""
    same = facts(CRANE, TableFacts("yard.lift", "table", (
        ColumnFacts("id", "text", "text", False), ColumnFacts("crane_id", "text", "text"),
    )))  # fmt: skip
    spec = read(FILE)
    assert "- *id" in merged_text(FILE, spec, merge(spec, same).spec)
    assert "- *id" not in merged_text(FILE, spec, merge(spec, FACTS).spec)


def test_a_rename_is_proposed_until_a_person_accepts_it() -> None:
    """Words stay with the old name; accepted, all of them move, every mention too."""
    spec = read(FILE)
    renamed = TableFacts("yard.crane", "table", tuple(
        ColumnFacts("caption", c.type, c.native_type) if c.name == "label" else c
        for c in CRANE.columns
    ))  # fmt: skip
    found = facts(renamed, LIFT)
    merged = merge(spec, found)
    assert ("yard.crane.label", "yard.crane.caption") in {
        (rename.old, rename.new) for rename in merged.proposed
    }
    assert "yard.crane.label" in merged.gone
    synced = merge(merged.spec, found)
    assert [r.old for r in synced.proposed if "crane" in r.old] == ["yard.crane.label"]
    accepted = merge(merged.spec, found, {"yard.crane.label": "yard.crane.caption"})
    crane = accepted.spec.tables[0]
    names = [column.name for column in crane.columns]
    assert names == ["id", "caption", "reach", "state", "pin", "built"]
    assert crane.columns[1].description.startswith("what people")
    assert crane.list_columns == ("id", "caption")
    assert accepted.spec.entities[0].label_en == "caption"
    text = merged_text(
        FILE, spec, merge(spec, found, {"yard.crane.label": "yard.crane.caption"}).spec
    )
    assert read(text).tables[0].columns[1].name == "caption"
    with pytest.raises(InvalidRequest, match=r"no 'yard\.crane\.labell'"):
        merge(spec, found, {"yard.crane.labell": "yard.crane.caption"})


def test_a_renamed_table_moves_with_all_that_names_it() -> None:
    """Entities, joins and times follow an accepted rename of a table."""
    spec = merge(read(FILE), FACTS).spec
    hoist = TableFacts("yard.hoist", "table", CRANE.columns, CRANE.keys)
    found = facts(hoist, LIFT)
    assert ("yard.crane", "yard.hoist") in {(r.old, r.new) for r in merge(spec, found).proposed}
    merged = merge(spec, found, {"yard.crane": "yard.hoist"}).spec
    assert merged.entities[0].table == "yard.hoist"
    assert ("yard.lift.crane_id", "yard.hoist.id") in {(k.many, k.one) for k in merged.join_keys}
    assert merged.tables[0].names.ko == ("크레인",)


def test_other_parts_are_merged_alike() -> None:
    """Labels, relations and operations come in switched off, and keep what is written."""
    spec = SchemaCatalogSpec.model_validate(
        {
            "source": "g",
            "graph_collections": [{"label": "Rack", "key": "name", "names": {"ko": ["랙"]}}],
            "api_operations": [{"id": "orders", "path": "/o", "names": {"en": ["orders"]}}],
        }
    )
    found = SourceFacts(
        NOW,
        1.0,
        labels=(
            LabelFacts("Rack", (ColumnFacts("name", "text"),), row_estimate=3),
            LabelFacts("Port", (ColumnFacts("id", "text"),)),
        ),
        relations=(RelationFacts("HOLDS", ("Rack",), ("Port",)),),
        operations=(OperationFacts("orders", "/orders", (ParamFacts("n", "query"),)),),
    )
    merged = merge(spec, found)
    rack, port = merged.spec.graph_collections
    assert (rack.names.ko, rack.row_estimate, rack.enabled) == (("랙",), 3, True)
    assert (port.key, port.enabled) == ("id", False)
    assert not merged.spec.relationships[0].enabled
    assert merged.spec.api_operations[0].path == "/orders"
    assert merged.spec.api_operations[0].names.en == ("orders",)
    assert merge(merged.spec, found).spec == merged.spec


_names = st.sampled_from(
    ["id", "label", "reach", "state", "pin", "built", "crane_id", "가동", "no"]
)
_texts = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12
)
_columns = st.builds(
    ColumnFacts,
    _names,
    st.sampled_from(["text", "integer", "number", "timestamp", "json"]),
    _texts,
    st.booleans(),
    _texts,
)
_statistics = st.builds(
    ColumnStatistics,
    st.none() | st.integers(1, 40),
    st.none() | st.floats(0, 1).map(lambda x: round(x, 3)),
    st.lists(_texts, max_size=4, unique=True).map(tuple),
    st.none() | _texts,
    st.none() | _texts,
)


@st.composite
def scans(draw: st.DrawFn) -> SourceFacts:
    tables = []
    for name in draw(st.lists(st.sampled_from(["crane", "lift", "spare", "야드"]), unique=True)):
        columns = draw(st.lists(_columns, min_size=1, max_size=6, unique_by=lambda c: c.name))
        chosen = draw(st.lists(st.sampled_from(columns), max_size=3, unique_by=lambda c: c.name))
        keys = (KeyFacts("primary", (columns[0].name,)),) if draw(st.booleans()) else ()
        tables.append(
            TableFacts(
                f"yard.{name}",
                draw(st.sampled_from(["table", "view", "partitioned"])),
                tuple(columns),
                keys,
                comment=draw(_texts),
                row_estimate=draw(st.none() | st.integers(0, 50_000)),
                statistics=tuple((c.name, draw(_statistics)) for c in chosen),
            )
        )
    return facts(*tables)


@settings(max_examples=150, deadline=None)
@given(scans(), scans())
def test_merging_twice_changes_nothing(first: SourceFacts, second: SourceFacts) -> None:
    """Whatever was found and is found: the second merge of the same facts is the first's, the file
    can be read back as the merged catalog, and people's words are in it."""
    text = FILE
    for found in (first, second):
        before = read(text)
        merged = merge(before, found).spec
        assert merge(merged, found).spec == merged
        text = merged_text(text, before, merged)
        assert read(text) == merged
        assert merged_text(text, merged, merge(merged, found).spec) == text
        for words in ("# machines that lift", "크레인", "# as painted on it", "# every night"):
            assert words in text


@settings(max_examples=60, deadline=None)
@given(scans())
def test_facts_survive_the_store(found: SourceFacts) -> None:
    """Bytes give the same facts back, and figures alone do not change the digest."""
    assert decode_facts(encode_facts(found)) == found
    quiet = facts(
        *(
            TableFacts(t.name, t.kind, t.columns, t.keys, t.indexes, t.comment, 7, 9)
            for t in found.tables
        )
    )
    assert drift_digest(quiet) == drift_digest(found)
