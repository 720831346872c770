"""Sixty graph questions as plans: thirty on the demo plant, thirty on the data-centre network."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dagster_project.contracts.graph_plan import GraphMeasure, GraphPlan, NodeFilter, Nodes
from dagster_project.contracts.table_plan import Order


def _of(label: str | None = None, *keys: Any, where: tuple[tuple[Any, ...], ...] = ()) -> Nodes:
    filters = tuple(NodeFilter(property=p, op=op, values=tuple(v)) for p, op, *v in where)
    return Nodes(label=label, keys=keys, filters=filters)


def _plan(operation: str, start: Nodes, **more: Any) -> GraphPlan:
    return GraphPlan.model_validate(
        {"operation": operation, "start": start.model_dump()}
        | {n: v.model_dump() if isinstance(v, Nodes) else v for n, v in more.items()}
    )


def _by(name: str, down: bool = False) -> tuple[Any, ...]:
    return (Order(by=name, descending=down).model_dump(),)


def _measure(name: str, aggregate: str, of: str | None = None) -> dict[str, Any]:
    return GraphMeasure.model_validate(
        {"name": name, "aggregate": aggregate, "property": of}
    ).model_dump()


_COUNT = _measure("count", "count")
_DEPENDS = {"relations": ("depends_on",)}
PLANT: dict[str, GraphPlan] = {
    "every gas turbine": _plan("find", _of("Equipment", where=(("ci_class", "=", "gas_turbine"),))),
    "what is not running": _plan("find", _of(where=(("status", "!=", "running"),))),
    "three named things": _plan("find", _of(None, "GT-01", "SRV-014", "no such thing")),
    "servers with much memory": _plan(
        "find",
        _of("Hardware", where=(("memory_gb", ">=", 128), ("ci_class", "=", "server"))),
        properties=("memory_gb", "cores", "installed_on"),
        order=_by("memory_gb", down=True),
        limit=7,
    ),
    "names with a word in any case": _plan("find", _of(where=(("name_en", "like", "DATABASE"),))),
    "without an address": _plan(
        "find", _of("Hardware", where=(("ip", "is_null"),)), properties=("ip", "aliases")
    ),
    "with rated power, greatest first": _plan(
        "find",
        _of("Equipment", where=(("rated_mw", "not_null"),)),
        properties=("rated_mw",),
        order=_by("rated_mw", down=True),
    ),
    "power between": _plan("find", _of("Equipment", where=(("rated_mw", "between", 100, 200),))),
    "installed in a span of days": _plan(
        "find",
        _of(where=(("installed_on", "between", "2015-01-01", "2018-12-31"),)),
        properties=("installed_on",),
        order=_by("installed_on"),
    ),
    "one of three states": _plan(
        "find",
        _of(where=(("status", "in", "stopped", "degraded", "in_alarm"),)),
        order=_by("status"),
    ),
    "cores where only some have them, nothing last": _plan(
        "find",
        _of(where=(("zone", "=", "server_room_b"),)),
        properties=("cores",),
        order=_by("cores"),
        limit=30,
    ),
    "around the turbine": _plan("neighbours", _of("Equipment", "GT-01")),
    "three hops around a switch": _plan("neighbours", _of(None, "SW-07"), max_depth=3),
    "sensors around a controller": _plan(
        "neighbours", _of(None, "CTRL-01"), found=_of("Sensor"), relations=("connected_to",)
    ),
    "racks on a switch": _plan(
        "neighbours",
        _of("Hardware", "SW-07"),
        found=_of("Hardware", where=(("ci_class", "=", "rack"),)),
        direction="in",
        **_DEPENDS,
    ),
    "parts of a block, two levels": _plan(
        "neighbours",
        _of(None, "BLOCK-1"),
        relations=("composed_of",),
        direction="out",
        max_depth=2,
        limit=25,
    ),
    "what hangs on a switch": _plan("reach", _of(None, "SW-07"), direction="in", **_DEPENDS),
    "what a turbine needs": _plan("reach", _of(None, "ST-01"), **_DEPENDS),
    "what three applications in a ring need": _plan("reach", _of(None, "APP-07"), **_DEPENDS),
    "reach of two starts at once": _plan("reach", _of(None, "SYS-PMS", "SYS-MES"), **_DEPENDS),
    "degraded things below a system": _plan(
        "reach",
        _of("Software", "SYS-MES"),
        found=_of(where=(("status", "!=", "running"),)),
        max_depth=4,
    ),
    "way from application to storage": _plan(
        "path", _of(None, "APP-01"), found=_of(None, "STG-02"), direction="both"
    ),
    "ways between two switches of a ring": _plan(
        "path",
        _of(None, "SW-01"),
        found=_of(None, "SW-11"),
        relations=("connected_to",),
        direction="both",
    ),
    "no way": _plan("path", _of(None, "STG-01"), found=_of(None, "GT-01"), max_depth=6),
    "way from any stopped thing to a core switch": _plan(
        "path",
        _of(where=(("status", "=", "stopped"),)),
        found=_of("Hardware", where=(("criticality", "=", "critical"),)),
        direction="out",
        properties=("status",),
        max_depth=5,
    ),
    "servers without a firewall": _plan(
        "missing",
        _of("Hardware", where=(("ci_class", "=", "server"),)),
        relations=("protected_by",),
    ),
    "things that nothing depends on": _plan(
        "missing", _of("Equipment"), direction="in", limit=20, **_DEPENDS
    ),
    "software without hardware below it": _plan(
        "missing", _of("Software"), found=_of("Hardware"), direction="both"
    ),
    "how many by collection and state": _plan(
        "aggregate", _of(), group_by=("label", "status"), measures=(_COUNT,)
    ),
    "cores by room": _plan(
        "aggregate",
        _of("Hardware"),
        group_by=("zone",),
        measures=(
            _COUNT,
            _measure("cores", "sum", "cores"),
            _measure("mean", "avg", "memory_gb"),
            _measure("least", "min", "memory_gb"),
            _measure("last", "max", "installed_on"),
            _measure("models", "count_distinct", "model"),
        ),
        order=_by("cores", down=True),
    ),
}
_SINCE = datetime(2020, 11, 30, tzinfo=UTC)
_RACK, _MACHINE = "DC1-RCK-1-1", "DC1-RCK-1-1-M-1"
NETWORK: dict[str, GraphPlan] = {
    "every rack": _plan("find", _of("Rack")),
    "routers and zones by their keys": _plan("find", _of(None, "DC1-R-1", "10.2", "DC1")),
    "a process by its number": _plan("find", _of("Process", 16182)),
    "large machine types": _plan(
        "find", _of("Type", where=(("ram", ">", 4),)), properties=("cpu", "ram", "name")
    ),
    "processes since a moment": _plan(
        "find",
        _of("Process", where=(("startTime", ">=", _SINCE), ("name", "=", "neo4j"))),
        order=_by("startTime", down=True),
        limit=10,
    ),
    "processes within a span": _plan(
        "find",
        _of(
            "Process",
            where=(("startTime", "between", _SINCE, datetime(2020, 12, 1, tzinfo=UTC)),),
        ),
    ),
    "software that is no process": _plan("find", _of("Software"), properties=("name", "versions")),
    "web ports": _plan("find", _of("Port", where=(("port", "in", 80, 443),)), limit=40),
    "without a process number": _plan(
        "find", _of("Process", where=(("pid", "is_null"),)), properties=("name", "pid"), limit=15
    ),
    "names like it": _plan("find", _of(where=(("name", "like", "PostGres"),))),
    "around a rack": _plan("neighbours", _of("Rack", _RACK)),
    "three hops around a machine": _plan("neighbours", _of("Machine", _MACHINE), max_depth=3),
    "software a machine runs": _plan(
        "neighbours",
        _of("Machine", _MACHINE),
        found=_of("Software"),
        max_depth=4,
        direction="both",
        relations=("RUNS", "INSTANCE", "VERSION"),
    ),
    "machines of a rack": _plan(
        "neighbours", _of("Rack", _RACK), found=_of("Machine"), relations=("HOLDS",)
    ),
    "what a rack leads to": _plan("reach", _of("Rack", _RACK)),
    "what hangs on a version": _plan(
        "reach", _of("Version", 16177), direction="in", relations=("DEPENDS_ON", "INSTANCE", "RUNS")
    ),
    "machines hit when a service stops": _plan(
        "reach",
        _of("Software", where=(("name", "=", "java"),)),
        found=_of("Machine"),
        direction="both",
        relations=("VERSION", "INSTANCE", "RUNS"),
    ),
    "everything from the data centre": _plan("reach", _of("DataCenter", "DC1"), limit=500),
    "ports behind two switches": _plan(
        "reach", _of("Switch", 16, 46), found=_of("Port"), max_depth=5, limit=100
    ),
    "way between machines of two racks": _plan(
        "path",
        _of("Machine", _MACHINE),
        found=_of("Machine", "DC1-RCK-3-1-M-9"),
        relations=("ROUTES", "CONNECTS", "HOLDS", "CONTAINS"),
        direction="both",
    ),
    "all ways between two zones": _plan(
        "path", _of("Zone", "10.1"), found=_of("Zone", "10.4"), direction="both", limit=3
    ),
    "way from a rack to software": _plan(
        "path", _of("Rack", _RACK), found=_of("Software", where=(("name", "=", "neo4j"),))
    ),
    "way against the arrows": _plan(
        "path", _of("Port", 16181), found=_of("DataCenter", "DC1"), direction="in"
    ),
    "way that is too long": _plan(
        "path",
        _of("Machine", _MACHINE),
        found=_of("Machine", "DC1-RCK-3-1-M-9"),
        direction="both",
        relations=("ROUTES", "CONNECTS", "HOLDS", "CONTAINS"),
        max_depth=3,
    ),
    "processes that listen nowhere": _plan(
        "missing", _of("Process"), relations=("LISTENS",), limit=50
    ),
    "versions without a newer one": _plan(
        "missing", _of("Version"), relations=("PREVIOUS",), direction="in", properties=("name",)
    ),
    "machines without a service": _plan(
        "missing",
        _of("Machine"),
        found=_of("Process", where=(("pid", "not_null"),)),
        relations=("RUNS",),
    ),
    "nodes by collection": _plan(
        "aggregate", _of(), group_by=("label",), measures=(_COUNT,), order=_by("count", down=True)
    ),
    "processes by name": _plan(
        "aggregate",
        _of("Process"),
        group_by=("name",),
        measures=(
            _COUNT,
            _measure("first", "min", "startTime"),
            _measure("numbers", "count_distinct", "pid"),
            _measure("sum", "sum", "pid"),
        ),
        order=_by("count", down=True),
        limit=6,
    ),
    "power of all types": _plan(
        "aggregate",
        _of("Type"),
        measures=(_measure("cpu", "sum", "cpu"), _measure("mean", "avg", "ram"), _COUNT),
    ),
}
assert len(PLANT) + len(NETWORK) == 60
