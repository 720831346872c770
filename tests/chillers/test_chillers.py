"""Real work orders behind an API: scanned, paged through, counted as the published gold counts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sources.errors import RightsMissing
from sources.http_api.source import HttpApiSource, open_http_api
from sources.protocol import BoundQuery, Cell

from .api import TOKEN, read_csv, serving

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "assetops-chillers"
ALLOWED = frozenset({"*"})
OFFSET = {"style": "offset", "size_param": "limit", "size": 500, "total": "$.total"}
CURSOR = {"style": "cursor", "param": "cursor", "next": "$.next_cursor"}
ORDER_TYPES = {
    "wo_id": "text",
    "preventive": "boolean",
    "work_priority": "integer",
    "actual_finish": "timestamp",
    "duration": "number",
}


@pytest.fixture(scope="module")
def api_url() -> Iterator[str]:
    if not DATA.exists():
        pytest.skip(f"{DATA} is not here")
    with serving(DATA) as url:
        yield url


@pytest.fixture(scope="module")
def api(api_url: str) -> HttpApiSource:
    return open_http_api(
        "chillers", base_url=api_url, token=TOKEN, token_header="X-Api-Key",
        openapi="/openapi.json", allowed_paths=["*"], requests_per_second=10_000,
    )  # fmt: skip


def ask(api: HttpApiSource, path: str, params: dict[str, object], **document: object):
    text = json.dumps({"path": path} | document)
    return api.run(BoundQuery(text, params, 10_000, 30.0, ALLOWED))


def month(year: int, number: int) -> dict[str, object]:
    start = datetime(year, number, 1, tzinfo=UTC)
    return {"start": start, "end": (start + timedelta(days=31)).replace(day=1)}


def year(number: int, years: int = 1) -> dict[str, object]:
    return {
        "start": datetime(number, 1, 1, tzinfo=UTC),
        "end": datetime(number + years, 1, 1, tzinfo=UTC),
    }


def orders(api: HttpApiSource, **params: object) -> tuple[tuple[Cell, ...], ...]:
    names = {"equipment_id": "equipment", "preventive": "preventive", "from": "start", "to": "end"}
    query = {name: f"${parameter}" for name, parameter in names.items()}
    return ask(
        api, "/workorders", params, query=query, rows="$.workorders", types=ORDER_TYPES,
        paging=OFFSET,
    ).rows  # fmt: skip


def events(api: HttpApiSource, *groups: str, **params: object) -> list[tuple[Cell, ...]]:
    names = {"equipment_id": "equipment", "event_group": "groups", "from": "start", "to": "end"}
    query = {name: f"${parameter}" for name, parameter in names.items()}
    types = {"event_group": "text", "event_time": "timestamp"}
    given = params | {"groups": list(groups) or None}
    return list(
        ask(api, "/events", given, query=query, rows="$.events", types=types, paging=CURSOR).rows
    )


def test_every_work_order_comes_once_and_as_it_is(api: HttpApiSource) -> None:
    """All 4,249 over nine pages: ids, times, hours and truths as in the file."""
    written = read_csv(DATA, "all_wo_with_code_component_events.csv")
    found = ask(
        api, "/workorders", {}, rows="$.workorders", types=ORDER_TYPES, paging=OFFSET
    )  # fmt: skip
    assert not found.truncated
    assert len(found.rows) == len(written) == 4_249

    def finish(text: str) -> datetime:
        return datetime.strptime(text, "%m/%d/%y %H:%M").replace(tzinfo=UTC)

    for row, line in zip(found.rows, written, strict=True):
        hours, minutes, *_ = map(int, line["duration"].split(":"))
        assert row == (
            line["wo_id"],
            line["preventive"] == "TRUE",
            int(line["work_priority"]),
            finish(line["actual_finish"]),
            hours + minutes / 60,
        )


@pytest.mark.parametrize(
    ("path", "rows", "paging", "file"),
    [
        ("/events", "$.events", CURSOR, "event.csv"),
        ("/alerts", "$", {"style": "link"}, "alert_events.csv"),
        ("/anomalies", "$.results", {"style": "page"}, "anomaly_events.csv"),
    ],
)
def test_other_lists_are_paged_through_whole(
    api: HttpApiSource, path: str, rows: str, paging: dict[str, object], file: str
) -> None:
    """Cursor, link and page give as many rows as the file has."""
    found = ask(api, path, {}, rows=rows, paging=paging)
    assert len(found.rows) == len(read_csv(DATA, file))
    assert not found.truncated


def test_the_scan_finds_what_the_api_answers(api: HttpApiSource) -> None:
    """Six GETs; the columns it promises are the fields that come; what is lost is a note."""
    facts = api.scan()
    by_path = {operation.path: operation for operation in facts.operations}
    assert len(by_path) == 6
    order = by_path["/workorders"]
    assert order.rows == "$.workorders"
    assert by_path["/workorders/{wo_id}"].rows == "$.data"
    assert by_path["/alerts"].rows == "$"
    found = ask(api, order.path, {}, rows=order.rows)
    assert [c.name for c in order.columns] == [
        name
        for name in read_csv(DATA, "all_wo_with_code_component_events.csv")[0]
    ]  # fmt: skip
    assert {c.name for c in order.columns} == {c.name for c in found.columns}
    assert any("leads nowhere" in note for note in facts.notes)


def test_counts_come_without_the_rows(api: HttpApiSource) -> None:
    """The total of the first page, narrowed like the rows."""
    text = {"path": "/workorders", "rows": "$.workorders", "paging": OFFSET}
    assert api.count(BoundQuery(json.dumps(text), {}, 10, 5.0, ALLOWED)) == 4_249
    text["query"] = {"equipment_id": "$equipment"}
    params = {"equipment": "CWC04013"}
    count = api.count(BoundQuery(json.dumps(text), params, 10, 5.0, ALLOWED))
    assert count == len(orders(api, equipment="CWC04013"))


def test_one_order_and_none(api: HttpApiSource) -> None:
    """An order by its id; one that is not there is no rows."""
    for wo_id, found in (("WO259747", 1), ("WO-none", 0)):
        rows = ask(api, "/workorders/{wo_id}", {"wo_id": wo_id}, rows="$.data").rows
        assert len(rows) == found


def test_a_wrong_key_is_missing_rights(api_url: str) -> None:
    """401 is about rights, in queries and in health."""
    source = open_http_api(
        "chillers", base_url=api_url, token="wrong", token_header="X-Api-Key",
        allowed_paths=["/alerts"],
    )  # fmt: skip
    with pytest.raises(RightsMissing, match="X-Api-Key"):
        ask(source, "/alerts", {})
    assert source.health().status == "error"


# -------------------------------------------------------- published questions and their gold counts


def gold(number: int) -> str:
    lines = (DATA / "questions.jsonl").read_text().splitlines()
    (found,) = [q for q in map(json.loads, lines) if q["id"] == number]
    return found["characteristic_form"]


@pytest.mark.parametrize(
    ("number", "preventive", "said", "count"),
    [
        (400, None, "33 records", 33),
        (402, True, "31 preventive", 31),
        (403, False, "two corrective", 2),
    ],
)
def test_orders_of_a_year(
    api: HttpApiSource, number: int, preventive: bool | None, said: str, count: int
) -> None:
    """400, 402, 403: work orders of CWC04013 in 2017, all, preventive, corrective."""
    assert said in gold(number)
    found = orders(api, equipment="CWC04013", preventive=preventive, **year(2017))
    assert len(found) == count


@pytest.mark.parametrize("number", [405, 406])
def test_events_of_a_month_by_group(api: HttpApiSource, number: int) -> None:
    """405, 406: events of CWC04009 in June 2020 by group."""
    for said in ("30 alert", "30 anomal", "3 work order"):
        assert said in gold(number)
    found = Counter(row[0] for row in events(api, equipment="CWC04009", **month(2020, 6)))
    assert found == {"ALERT": 30, "ANOMALY": 30, "WORK_ORDER": 3}


@pytest.mark.parametrize(
    ("number", "groups"),
    [(408, ("ALERT", "ANOMALY")), (409, ("ALERT", "ANOMALY", "WORK_ORDER"))],
)
def test_days_with_events(api: HttpApiSource, number: int, groups: tuple[str, ...]) -> None:
    """408, 409: days of May 2020 on which CWC04009 had events."""
    assert "26 days" in gold(number)
    found = events(api, *groups, equipment="CWC04009", **month(2020, 5))
    assert len({at.date() for _, at in found if isinstance(at, datetime)}) == 26


def test_alerts_and_anomalies_of_a_month(api: HttpApiSource) -> None:
    """420: alerts and anomalies by kind of Chiller 9 in June 2020."""
    said = gold(420)
    window = {"from": "$start", "to": "$end"}
    alerts = ask(
        api, "/alerts", month(2020, 6) | {"equipment": "CWC04009"},
        query=window | {"equipment_id": "$equipment"}, paging={"style": "link"},
    )  # fmt: skip
    assert "30 alerts" in said
    assert len(alerts.rows) == 30
    anomalies = ask(
        api, "/anomalies", month(2020, 6) | {"asset": "chiller 9"},
        query=window | {"asset": "$asset"}, rows="$.results", types={"kpi": "text"},
        paging={"style": "page"},
    )  # fmt: skip
    found = Counter(row[0] for row in anomalies.rows)
    assert found == {
        "Cooling Load": 12, "Flow Efficiency": 9, "Delta Setpoint": 6, "Delta Temperature": 3,
    }  # fmt: skip
    for part in ("Cooling Load (12", "Flow Efficiency (9", "Delta Setpoint (6"):
        assert part in said


def test_bundles_of_three_years(api: HttpApiSource) -> None:
    """424: corrective orders of CWC04009 from 2017 to 2019, at most two weeks apart."""
    assert "15, 6 and 2" in gold(424)
    found = orders(api, equipment="CWC04009", preventive=False, **year(2017, 3))
    days = sorted(row[3].date() for row in found if isinstance(row[3], datetime))
    bundles = [[days[0]]]
    for day in days[1:]:
        if day - bundles[-1][-1] <= timedelta(days=14):
            bundles[-1].append(day)
        else:
            bundles.append([day])
    assert sorted((len(b) for b in bundles if len(b) > 1), reverse=True) == [15, 6, 2]


def test_failure_codes_behind_a_months_alerts(api: HttpApiSource) -> None:
    """435: two requests that feed each other: alerts of June 2020, then their rules' codes."""
    assert "M010" in gold(435)
    assert "M003" in gold(435)
    alerts = ask(
        api, "/alerts", month(2020, 6) | {"equipment": "CWC04009"},
        query={"equipment_id": "$equipment", "from": "$start", "to": "$end"},
        types={"rule_id": "text"}, paging={"style": "link"},
    )  # fmt: skip
    codes = {
        row[0]
        for rule in {row[0] for row in alerts.rows}
        for row in ask(
            api, "/rules/{rule}/codes", {"rule": rule}, rows="$.results",
            types={"primary_code": "text"},
        ).rows
    }  # fmt: skip
    assert codes == {"M003", "M010"}
