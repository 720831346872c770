"""B21: of the things that one step gave, how many another one found, and which it did not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dagster_project.contracts.asset_version import Release
from dagster_project.contracts.assets.query import QuerySpec
from dagster_project.contracts.block import NoticeBlock
from dagster_project.contracts.plan import Plan
from dagster_project.contracts.stage import ExecuteResult, Match, StepResult
from dagster_project.contracts.value import Language, Text
from dagster_project.pipeline.cells import shown
from dagster_project.pipeline.phrases import say
from dagster_project.pipeline.plain_text import one_line

_NAMED = 10
_LONGEST_NAME = 60


def sources_by_query(release: Release) -> dict[str, Text]:
    """What people call the source of each query; a source without a title has its name."""
    titles = {
        version.asset.header.name: version.asset.header.title
        for version in release.by_kind.get("source", ())
    }
    found: dict[str, Text] = {}
    for version in release.by_kind.get("query", ()):
        spec = version.asset.spec
        if isinstance(spec, QuerySpec) and spec.source is not None:
            plain = Text(ko=spec.source, en=spec.source)
            found[version.asset.header.name] = titles.get(spec.source) or plain
    return found


def match_notices(
    plan: Plan, executed: ExecuteResult, sources: Mapping[str, Text]
) -> Iterator[NoticeBlock]:
    """One per count: in passing when all were matched, a warning when some were not."""
    results = {result.step: result for result in executed.steps}
    for result in executed.steps:
        for number, match in enumerate(result.matches, start=1):
            if match.given == 0 or match.step not in results:
                continue
            given = results[match.step]
            places = _places(plan, given, result, sources)
            yield NoticeBlock(
                id=f"{result.step}.matched{number}",
                level="info" if match.matched == match.given else "warning",
                text=_told(match, places, plan.language),
                references=tuple(dict.fromkeys((*given.references, *result.references))),
            )


def _told(match: Match, places: str, language: Language) -> str:
    left_over = match.given - match.matched
    phrase = {0: "matched_all", 1: "matched_but_one"}.get(left_over, "matched_some")
    named = [quoted_name(name) for name in match.unmatched[:_NAMED]]
    return say(
        phrase,
        language,
        places=places,
        given=shown(match.given),
        matched=shown(match.matched),
        unmatched=shown(left_over),
        names=", ".join(named) + (" …" if left_over > len(named) else ""),
    )


def quoted_name(name: str) -> str:
    """A thing as it was given, on one line and not too long."""
    line = one_line(name)
    return line if len(line) <= _LONGEST_NAME else f"{line[:_LONGEST_NAME]}…"


def _places(plan: Plan, given: StepResult, found: StepResult, sources: Mapping[str, Text]) -> str:
    """The two sources; two steps of one source by what they contribute."""
    language = plan.language
    titles = [sources.get(result.query.partition(":")[0]) for result in (given, found)]
    names = [title.shown(language) for title in titles if title is not None]
    if len(set(names)) < 2:
        purposes = {step.id: step.purpose for step in plan.steps}
        names = [f"'{purposes[result.step]}'" for result in (given, found)]
    return say("two_places", language, left=names[0], right=names[1])
