"""The evidence of a request shows what broke, what to blame, what else moves, and what would be."""

from __future__ import annotations

from dataclasses import replace

from dagster_project.contracts.rollback import Evidence
from dagster_project.regression.evidence import also_moves, gather
from dagster_project.regression.nights import get_night, last_green, results
from dagster_project.regression.rollback_targets import rollback_targets
from regression.rollback_site import ALARMS, PROFILE, QUESTIONS, Site, site

__all__ = ["site"]


def gathered(site: Site, night_id: int) -> Evidence:
    night = get_night(site.canvas.database, night_id)
    aim = rollback_targets(site.canvas.database, night)
    assert aim is not None
    return gather(site.canvas, night, aim)


def test_a_failing_question_is_shown_stage_by_stage(site: Site) -> None:
    """Its answer is compared with the last green night's: from which stage on, and which rows."""
    night = site.red()
    (case,) = gathered(site, night.id).cases
    green = last_green(site.canvas.database, "small", before=night.seq)
    assert green is not None
    before = {r.case_id: r.trace_id for r in results(site.canvas.database, green.id)}
    assert (case.case_id, case.question) == ("alarms", QUESTIONS["alarms"])
    assert case.green_trace_id == before["alarms"] != case.trace_id
    told = "\n".join(case.diff)
    assert "differs from execute on" in told
    assert any(text.startswith("execute: ") for text in case.diff)
    assert "  rows of" in told
    assert "+" in next(text for text in case.diff if "rows of" in text)


def test_it_names_what_changed_and_why_the_night_is_red(site: Site) -> None:
    """Statistics, and every asset that moved since the green release, also innocent ones."""
    site.good()
    site.night()
    site.publish(site.texts[PROFILE], PROFILE)
    innocent = site.number(PROFILE) or 0
    site.bad()
    night = site.night(["alarms"])
    found = gathered(site, night.id)
    assert found.reasons[: len(night.verdict.reasons)] == night.verdict.reasons
    assert set(found.changed) == {ALARMS, PROFILE}
    assert found.changed[PROFILE] == (str(innocent - 1), str(innocent))


def test_the_dry_run_is_of_what_would_be_in_force(site: Site) -> None:
    """The failing suite is green there, and red where the blamed version stays; nothing is kept."""
    night = site.red()
    before = site.count("select count(*) from canvas.golden_night")
    asked = site.count("select count(*) from canvas.trace")
    found = gathered(site, night.id)
    tried = {run.suite: run for run in found.dry_run}
    assert (tried["small"].verdict.colour, tried["small"].summary.passed) == ("green", 2)
    assert site.count("select count(*) from canvas.golden_night") == before
    assert site.count("select count(*) from canvas.trace") == asked
    aim = rollback_targets(site.canvas.database, night)
    assert aim is not None
    stays = replace(aim, after=aim.in_force)
    assert gather(site.canvas, night, stays).dry_run[0].verdict.colour == "red"


def test_passing_cases_that_read_it_are_named_and_tried(site: Site) -> None:
    """A case of another suite moves too exactly when it read the blamed version."""
    night = site.red()
    site.night(suite="other")
    found = gathered(site, night.id)
    assert found.also_moves == ("other/alarms",)
    assert [run.suite for run in found.dry_run] == ["small", "other"]
    site.good()
    assert also_moves(site.canvas.database, site.canvas.release(), {ALARMS: 1}) == ()
    site.night(suite="other")
    assert also_moves(site.canvas.database, site.canvas.release(), {ALARMS: 1}) == ("other/alarms",)
    assert also_moves(site.canvas.database, site.canvas.release(), {PROFILE: 1}) == (
        "other/profile",
        "small/profile",
    )


def test_a_suite_without_a_file_is_said_to_be_missing(site: Site) -> None:
    """A suite that left golden_sets/ cannot be tried; the evidence says so."""
    site.good()
    site.night(suite="gone")
    site.red()
    night = site.night(["alarms"], suite="gone")
    found = gathered(site, night.id)
    assert found.dry_run == ()
    assert [reason.name for reason in found.reasons] == ["regressed", "no_dry_run"]
    assert "'gone'" in found.reasons[1].text


def test_its_size_has_bounds(site: Site) -> None:
    """Of many failing cases twenty are shown, and how many more there are is said."""
    many = {f"c{n:02}": QUESTIONS["alarms"] for n in range(23)}
    site.good()
    site.night(questions=many)
    site.bad()
    night = site.night(list(many), questions=many)
    found = gathered(site, night.id)
    assert [case.case_id for case in found.cases] == list(many)[:20]
    more = found.reasons[-1]
    assert (more.name, more.cases) == ("more_cases", ("c20", "c21", "c22"))
    assert more.text.startswith("3 more case(s) fail")
    assert len(found.model_dump_json()) < 200_000


def test_a_trace_that_is_gone_leaves_the_rest(site: Site) -> None:
    """A pruned answer of the green night is told as such; the evidence is gathered all the same."""
    night = site.red()
    green = last_green(site.canvas.database, "small", before=night.seq)
    assert green is not None
    gone = next(r.trace_id for r in results(site.canvas.database, green.id) if "al" in r.case_id)
    with site.canvas.database.pool.connection() as connection:
        connection.execute("delete from canvas.trace where trace_id = %s", (gone,))
    (case,) = gathered(site, night.id).cases
    assert case.diff[0].startswith(f"cannot be compared: There is no trace '{gone}'")


def test_a_release_that_would_not_hold_together_is_not_tried(site: Site) -> None:
    """When what goes back is needed by what stays, the evidence says why, and nothing is asked."""
    night = site.red()
    aim = rollback_targets(site.canvas.database, night)
    assert aim is not None
    fewer = {a: v for a, v in aim.after.versions.items() if a != "schema_catalog:plant"}
    broken = aim.after.model_copy(update={"versions": fewer})
    found = gather(site.canvas, night, replace(aim, after=broken))
    assert found.dry_run == ()
    assert found.reasons[-1].name == "does_not_fit"
    assert "plant" in found.reasons[-1].text
