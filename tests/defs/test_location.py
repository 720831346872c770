"""What the code location shows, from the site's files alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg

HERE = Path(__file__).parent
Load = Callable[[], dg.Definitions]
Edit = Callable[[str, str, str], None]


def code_versions(definitions: dg.Definitions) -> dict[str, str | None]:
    graph = definitions.resolve_asset_graph()
    return {node.key.to_user_string(): node.code_version for node in graph.asset_nodes}


def shown(definitions: dg.Definitions) -> str:
    """Asset keys with what they stand on, checks and jobs: one line each."""
    graph = definitions.resolve_asset_graph()
    lines = [
        f"asset {node.key.to_user_string()} [{node.group_name}; {', '.join(sorted(node.kinds))}]"
        f" <- {', '.join(sorted(key.to_user_string() for key in node.parent_keys)) or '-'}"
        for node in graph.asset_nodes
    ]
    lines += [f"check {k.asset_key.to_user_string()}:{k.name}" for k in graph.asset_check_keys]
    jobs = definitions.get_repository_def().get_all_jobs()
    lines += [f"job {job.name}" for job in jobs if not job.name.startswith("__")]
    return "\n".join(sorted(lines)) + "\n"


def test_the_graph_is_the_snapshot(load: Load) -> None:
    """Asset keys, lineage, groups, icons, checks and jobs change only on purpose: in this file."""
    assert shown(load()) == (HERE / "location_snapshot.txt").read_text()


def test_everything_loads_as_dagster_loads_it(load: Load) -> None:
    """Assets, checks, jobs and resources fit together."""
    dg.Definitions.validate_loadable(load())


def test_an_edit_shows_itself_and_everything_downstream_as_out_of_sync(
    load: Load, edit: Edit
) -> None:
    """A changed catalog changes the code version of all that stands on it, and of nothing else."""
    before = code_versions(load())
    edit("schema_catalogs/shop.yaml", "Machines and faults of the shop.", "Machines, faults.")
    after = code_versions(load())
    assert {key for key in before if before[key] != after[key]} == {
        "schema_catalog/shop",
        "query/machine_status",
        "query/faults",
        "query/machine_check",
        "mapping/machine_status",
        "screen/machine",
        "prompt/route",
        "resolver/machines",
    }


def test_a_comment_changes_nothing(load: Load, edit: Edit) -> None:
    """Formatting is not content: nothing becomes out of sync."""
    before = code_versions(load())
    edit("schema_catalogs/shop.yaml", "spec:", "# what it means\nspec:")
    assert code_versions(load()) == before


def test_a_bad_file_is_shown_as_refused_and_the_rest_loads(load: Load, edit: Edit) -> None:
    """A misspelt field refuses its file: the asset stays in the graph and says where and why."""
    edit("policies/shop.yaml", "out_of_scope:", "out_of_scop:")
    definitions = load()
    dg.Definitions.validate_loadable(definitions)
    node = definitions.resolve_asset_graph().get(dg.AssetKey(["policy", "shop"]))
    assert node.tags["canvas/state"] == "refused"
    assert "assets_config/policies/shop.yaml:" in (node.description or "")
    assert "out_of_scope" in (node.description or "")
    assert "query/faults" in code_versions(definitions)


def test_a_file_that_is_no_yaml_at_all_keeps_nothing_else_from_loading(
    load: Load, site: Path
) -> None:
    """Bytes that are no text, an odd name, a wrong folder: each is told, none breaks the graph."""
    (site / "assets_config/queries/깨진 파일.yaml").write_bytes(b"\xff\xfe\x00")
    (site / "assets_config/queries/empty.yaml").write_text("")
    (site / "assets_config/queries/machine-status.yaml").write_text("kind: query")
    (site / "assets_config/queries/machine status.yaml").write_text("kind: query")
    (site / "assets_config/querys").mkdir()
    (site / "assets_config/querys/lost.yaml").write_text("kind: query")
    definitions = load()
    dg.Definitions.validate_loadable(definitions)
    graph = definitions.resolve_asset_graph()
    refused = {n.key.to_user_string() for n in graph.asset_nodes if "refused" in n.tags.values()}
    assert len(refused) == 4
    assert "query/empty" in refused
    strays = graph.get(dg.AssetKey("answer")).metadata["files_of_no_kind"]
    assert "querys/lost.yaml" in str(strays)


def test_a_circle_of_recipes_does_not_keep_the_graph_from_loading(load: Load, edit: Edit) -> None:
    """Dagster refuses circles; ours is told as a finding or cut, and the rest loads."""
    edit("queries/machine_check.yaml", "query: machine_status", "query: machine_check")
    dg.Definitions.validate_loadable(load())


def test_loading_imports_nothing_heavy_and_connects_to_nothing(site: Path) -> None:
    """A code server starts fast: no data frames, charts or database drivers while loading."""
    program = (
        "import json, sys\n"
        "from dagster_project.definitions import defs\n"
        "defs().resolve_asset_graph()\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"CANVAS_HOME": str(site), "CANVAS_DATABASE_URL": "postgresql://u:p@127.0.0.1:1/x"},
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(json.loads(done.stdout))
    heavy = {"pandas", "numpy", "altair", "vl_convert", "psycopg", "dagster_project.canvas"}
    assert not loaded & heavy
