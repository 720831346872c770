"""How long 1,000 config assets take to load and validate, in one process.

Makes a realistic site in a temporary folder (sources, catalogs with columns and metrics, SQL
templates, table plans, recipes, mappings, screens, resolvers), loads it three times and takes the
best. The floor is what any loader pays: reading the same files with PyYAML's C loader and turning
them into JSON, likewise with the garbage collector off. The last line is one JSON object.

    .venv/bin/python benchmarks/registry_load.py [--quick]
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dagster_project.registry.load import Site, load_site

TARGET_SECONDS = 1.0
SHARES = {"source": 2, "catalog": 3, "template": 30, "plan": 12, "recipe": 8, "mapping": 33}
"""Per cent of the assets; the rest is screens, resolvers, policies and prompts."""
TABLES, COLUMNS = 4, 12


def source(n: int) -> dict[str, object]:
    return {
        "engine": "postgres",
        "environment": "real",
        "connection": {"url_ref": f"env:SOURCE_{n}_URL"},
        "permissions": {"allowed_schemas": [f"s{n}"], "allowed_tables": [f"s{n}.*"]},
    }


def catalog(n: int, sources: int) -> dict[str, object]:
    schema = f"s{n % sources}"
    tables = [
        {
            "name": f"{schema}.t{t}",
            "names": {"ko": [f"설비 {t}"], "en": [f"machines {t}"]},
            "columns": [
                {"name": "item_id", "type": "text", "role": "key"},
                {"name": "at", "type": "timestamp", "role": "time"},
                *(
                    {
                        "name": f"c{c}",
                        "type": "number",
                        "role": "measure",
                        "unit": "MW",
                        "names": {"ko": [f"출력 {c}", f"발전량 {c}"], "en": [f"output {c}"]},
                        "minimum": 0.5,
                        "maximum": 181.25,
                    }
                    for c in range(COLUMNS)
                ),
            ],
        }
        for t in range(TABLES)
    ]
    return {
        "source": f"source_{n % sources}",
        "tables": tables,
        "entities": [{"name": "item", "table": f"{schema}.t0", "key": "item_id"}],
        "metrics": [
            {"name": f"m{c}", "names": {"en": [f"metric {c}"]}, "table": f"{schema}.t1",
             "column": f"c{c}"}
            for c in range(COLUMNS)
        ],
        "time_columns": {f"{schema}.t{t}": "at" for t in range(TABLES)},
        "join_keys": [
            {"many": f"{schema}.t{t}.item_id", "one": f"{schema}.t0.item_id"}
            for t in range(1, TABLES)
        ],
    }  # fmt: skip


def template(n: int, catalogs: int, sources: int) -> dict[str, object]:
    schema = f"s{n % catalogs % sources}"
    return {
        "form": "template",
        "source": f"source_{n % catalogs % sources}",
        "catalog": f"catalog_{n % catalogs}",
        "intents": ["lookup", "list"],
        "text": (
            f"select i.item_id, i.c1, m.at, m.c2 as value\nfrom {schema}.t0 i\n"
            f"join {schema}.t1 m on m.item_id = i.item_id\nwhere i.item_id = %(item)s\n"
            "  and m.at >= %(window_start)s and m.at < %(window_end)s\n"
            f"order by m.at desc -- {n}\nlimit %(rows)s\n"
        ),
        "params": [
            {"name": "item", "type": "entity", "entity": "item", "names": {"ko": ["설비", "장비"]}},
            {"name": "window", "type": "time_range", "required": False, "default": "24h"},
            {"name": "rows", "type": "limit", "required": False, "default": 100},
        ],
        "output_schema": [
            {"name": "item_id", "type": "text", "names": {"ko": ["설비"], "en": ["machine"]}},
            {"name": "c1", "type": "number", "unit": "MW"},
            {"name": "at", "type": "timestamp"},
            {"name": "value", "type": "number", "unit": "MW"},
        ],
        "references": [{"table": f"{schema}.t0"}, {"table": f"{schema}.t1"}],
        "examples": {
            "ko": [f"GT-{n} 상태 알려줘", f"가스터빈 {n}호기 상태", f"GT-{n} 점검"],
            "en": [f"status of GT-{n}", f"how is gas turbine {n}", f"show GT-{n}"],
        },
        "sample_params": {"item": f"GT-{n}", "window": "24h"},
    }


def plan(n: int, catalogs: int, sources: int) -> dict[str, object]:
    schema = f"s{n % catalogs % sources}"
    return {
        "form": "table_plan",
        "source": f"source_{n % catalogs % sources}",
        "catalog": f"catalog_{n % catalogs}",
        "intents": ["aggregate", "list"],
        "plan": {
            "table": f"{schema}.t1",
            "measures": [{"name": "mean", "aggregate": "avg", "column": f"{schema}.t1.c3"}],
            "dimensions": [{"name": "day", "column": f"{schema}.t1.at", "bucket": "day"}],
            "filters": [{"column": f"{schema}.t0.c1", "op": ">", "values": [n % 7]}],
            "order": [{"by": "mean", "descending": True}],
        },
        "examples": {"ko": [f"일별 평균 출력 {n}"], "en": [f"mean output per day {n}"]},
    }


def recipe(n: int, templates: int, catalogs: int) -> dict[str, object]:
    steps = [
        {"id": f"s{k}", "query": f"template_{(n + k) % templates}", "params": {"item": "$item"}}
        for k in range(3)
    ]
    return {
        "form": "recipe",
        "catalog": f"catalog_{n % catalogs}",
        "params": [{"name": "item", "type": "entity", "entity": "item"}],
        "steps": steps,
        "examples": {"ko": [f"설비 진단 {n}"], "en": [f"diagnose machine {n}"]},
    }


def mapping(n: int, templates: int) -> dict[str, object]:
    return {
        "query": f"template_{n % templates}",
        "rules": [
            {
                "when": ["time_series", "rows"],
                "summary": {"ko": "{item_id}: {rows}건", "en": "{item_id}: {rows} rows"},
                "blocks": [
                    {"type": "timeseries", "x": "at", "y": ["value"]},
                    {"type": "table", "columns": ["item_id", "at", "value"]},
                ],
            },
            {"when": ["empty"], "blocks": []},
        ],
    }


def resolver(n: int, catalogs: int) -> dict[str, object]:
    aliases = [
        {"entity": "item", "key": f"GT-{k:02d}", "aliases": [f"가스터빈 {k}호기", f"turbine-{k}"]}
        for k in range(20)
    ]
    return {
        "entity_mappings": [{"entity": "item", "catalog": f"catalog_{n % catalogs}"}],
        "alias_groups": aliases,
        "pattern_rules": [{"entity": "item", "pattern": r"(?i)gt-?(\d+)", "key": "GT-{1:02d}"}],
    }


def write_site(home: Path, assets: int) -> int:
    """One file per asset; the number written."""
    count = {kind: max(1, assets * share // 100) for kind, share in SHARES.items()}
    rest = assets - sum(count.values())
    folders: dict[str, tuple[str, int, Callable[[int], object]]] = {
        "source": ("sources", count["source"], source),
        "catalog": ("schema_catalogs", count["catalog"], lambda n: catalog(n, count["source"])),
        "template": (
            "queries",
            count["template"],
            lambda n: template(n, count["catalog"], count["source"]),
        ),
        "plan": ("queries", count["plan"], lambda n: plan(n, count["catalog"], count["source"])),
        "recipe": (
            "queries",
            count["recipe"],
            lambda n: recipe(n, count["template"], count["catalog"]),
        ),
        "mapping": ("mappings", count["mapping"], lambda n: mapping(n, count["template"])),
        "resolver": ("resolvers", rest // 4, lambda n: resolver(n, count["catalog"])),
        "screen": (
            "screens",
            rest - rest // 4,
            lambda n: {
                "mappings": [f"mapping_{n % count['mapping']}"],
                "sections": [{"block": "timeseries"}, {"block": "table", "folded": True}],
            },
        ),
    }
    kinds = {"catalog": "schema_catalog", "template": "query", "plan": "query", "recipe": "query"}
    for name, (folder, number, spec) in folders.items():
        target = home / "assets_config" / folder
        target.mkdir(parents=True, exist_ok=True)
        for n in range(number):
            document = {
                "kind": kinds.get(name, name),
                "name": f"{name}_{n}",
                "description": f"Benchmark {name} number {n}, written as people write them.",
                "title": {"ko": f"자산 {n}", "en": f"Asset {n}"},
                "tags": ["benchmark"],
                "spec": spec(n),
            }
            text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
            (target / f"{name}_{n}.yaml").write_text(text, encoding="utf-8")
    return sum(number for _, number, _ in folders.values())


def best_of(rounds: int, act: Callable[[], object]) -> float:
    """Seconds of the fastest round."""
    best = float("inf")
    for _ in range(rounds):
        gc.collect()
        gc.disable()
        started = time.perf_counter()
        act()
        best = min(best, time.perf_counter() - started)
        gc.enable()
    return best


def floor(files: list[Path]) -> int:
    """Read, parse and write out as JSON; no types, no checks."""
    return sum(len(json.dumps(yaml.load(path.read_bytes(), yaml.CSafeLoader))) for path in files)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="100 assets, one round")
    quick: bool = parser.parse_args().quick
    assets, rounds = (100, 1) if quick else (1_000, 3)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        written = write_site(home, assets)
        files = sorted(home.rglob("*.yaml"))
        size_kb = sum(path.stat().st_size for path in files) / 1024
        loaded: list[Site] = []
        first = best_of(1, lambda: loaded.append(load_site(home)))
        site = loaded[0]
        if len(site.assets) != written or site.findings:
            raise SystemExit(f"{len(site.assets)} of {written} loaded: {site.findings[:3]}")
        whole = best_of(rounds, lambda: load_site(home))
        unparsed = best_of(rounds, lambda: load_site(home, check_sql=False))
        bare = best_of(rounds, lambda: floor(files))
    print(f"{written} assets, {size_kb:,.0f} kB of YAML, best of {rounds}")
    print(f"  load + validate                  {whole:7.3f} s")
    print(f"  the same without SQL grammar     {unparsed:7.3f} s")
    print(f"  first time in the process        {first:7.3f} s")
    print(f"  floor: yaml.CSafeLoader + json   {bare:7.3f} s")
    figures = {
        "assets": written,
        "yaml_kb": round(size_kb),
        "load_validate_seconds": round(whole, 4),
        "without_sql_grammar_seconds": round(unparsed, 4),
        "first_load_seconds": round(first, 4),
        "floor_seconds": round(bare, 4),
        "times_floor": round(whole / bare, 2),
    }
    target = TARGET_SECONDS * assets / 1_000
    result = {
        "name": "registry_load",
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("pydantic", "pyyaml", "sqlglot")},
        },
        "figures": figures,
        "targets": [
            {
                "name": f"load_validate_seconds_{assets}_assets",
                "value": round(whole, 4),
                "target": target,
                "met": whole < target,
            }
        ],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
