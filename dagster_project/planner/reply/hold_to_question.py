"""The last gates of a reply: all that the question names is looked up, and nothing is dropped.

While the parts are read, each thing, time and value is already held to the question: a key that
it does not name, a time that it does not say and a value that none of its words mean are problems
(`Reading.thing`, `Reading.time`, `read_values`, `read_query`). Here is what only the whole tells.

What a reply can still do wrong inside all gates, so that nobody takes them for more:
- choose the wrong query, aggregate or grouping over what the question's nouns name, or list what
  was to be counted;
- look up something beside what the nouns name, or anything at all where no noun is known;
- read a noun only in a condition or in a column that is shown, where it was to be what is found;
- put a thing, a time, a value or a comparison that is said at the wrong step, table or column where
  each fits ("alarms of A and repairs of B" turned round), or join with `and` what was meant as
  `or`;
- negate the wrong part of a question that negates something, or walk a relation the wrong way
  round or less far than is usual;
- show fewer of what is ranked than the policy's rows, where the question says no number;
- leave out a value, a verb, a word that ranks, or a number that nothing is compared with: the
  answer then says that it was not taken into account;
- ask back although the question could have been answered; choose another rule's text where the
  question names nothing that is known.
It cannot: answer a noun with what is not named by it, drop a comparison with a number, name another
thing, time, value or number than the question does, read what the caller may not, go beyond the
policy's limits, drop a thing or a time in silence, decline a question that names what is known, or
put words of its own on the screen.
"""

from __future__ import annotations

import re

from dagster_project.catalog.view import CatalogView
from dagster_project.planner.base_table import fact_table, is_entity_noun
from dagster_project.planner.link import Linked, Token, is_verbal, loose_words
from dagster_project.planner.reply.nouns_read import nouns_are_read
from dagster_project.planner.reply.problems import listing, shown
from dagster_project.planner.reply.read_steps import StepRead
from dagster_project.planner.reply.reading import Reading
from dagster_project.planner.templates import features, match_template
from dagster_project.planner.text import fold

_BINDING = ("without", "not", "op", "most", "least", "highest", "lowest")
"""Words that change which rows are right."""
_HOPS = re.compile(r"^(?:hops?|levels?|단계|홉)|\d\s*(?:단계|홉|hops?|levels?)")
_MEASURED = "cue:aggregate:"
_LOOSE = {"latest", "sum"}
"""Said without a measure, too: the events of today in all."""
_NOUNS = ("entity", "collection")


def hold_to_question(steps: tuple[StepRead, ...], reading: Reading) -> None:
    """Every thing, time, comparison and noun is used; numbers that are said go before others."""
    _every_thing(reading)
    _every_time(steps, reading)
    _choices_that_are_said(steps, reading)
    _numbers_that_are_said(steps, reading)
    _comparisons_that_are_said(reading)
    nouns_are_read(steps, reading)


def names_known_things(linked: Linked, views: tuple[CatalogView, ...]) -> tuple[str, ...]:
    """Words that name something which could be looked up: no text of a rule answers them."""
    kinds = ("table", "entity", "metric")
    return tuple(
        t.text
        for t in linked.tokens
        if t.kind == "entity"
        or any(m.kind in kinds for m in t.meanings)
        or any(is_entity_noun(t, view) or fact_table(t, view) for view in views)
    )


def _every_thing(reading: Reading) -> None:
    """Also one that the prompt had no room for: then no reply will do, and that is right."""
    for token in reading.linked.tokens:
        named = token.mention.candidates if token.mention and not token.mention.unknown else ()
        if named and not any((c.entity, c.key) in reading.entities for c in named):
            reading.problems.say(
                f"the question names {named[0].key} ({shown(token.text)}) and no step is about it"
            )


def _every_time(steps: tuple[StepRead, ...], reading: Reading) -> None:
    said = reading.said_times()
    names = {id(span): name for name, span in said.items()}
    for span in (*said.values(), *(s.range for s in reading.linked.times.ranges)):
        if span not in reading.times:
            name = names.get(id(span), "not listed")
            reading.problems.say(f"the question says {shown(span.text)} ({name}); no step uses it")
    feeding = {feed.step for read in steps for step in read.steps for feed in step.feeds}
    for number, read in enumerate(steps):
        alone = not any(step.feeds or step.id in feeding for step in read.steps)
        if said and alone and len(steps) > 1 and read.takes_time and not read.timed:
            reading.problems.say(
                f"steps[{number}] has no time, though the question says {listing(said)}"
            )


def _choices_that_are_said(steps: tuple[StepRead, ...], reading: Reading) -> None:
    """A value that a verified query has a parameter for is given, there or in another step."""
    for number, read in enumerate(steps):
        given = read.verified
        if given is None:
            continue
        for param in given.template.spec.params:
            column = param.column if param.name not in given.params else None
            for token in reading.linked.tokens if column is not None else ():
                said = [m for m in token.meanings if m.kind == "value" and m.target == column]
                if said and not any(m.feature in reading.heard for m in token.meanings):
                    reading.problems.say(
                        f"steps[{number}].params {param.name} has no value, "
                        f"though the question says {shown(token.text)} ({said[0].value})"
                    )


def _numbers_that_are_said(steps: tuple[StepRead, ...], reading: Reading) -> None:
    """ "Top 5" is not 3: a limit of one's own only where the question has no number left."""
    left = [t for t in reading.said.numbers if t.start not in reading.numbers]
    if not left:
        return
    said = {t.number for t in reading.said.numbers}
    for number, read in enumerate(steps):
        for step in read.steps if read.verified is None else ():
            plan = step.table_plan or step.graph_plan
            limit = plan.limit if plan is not None else None
            if limit is not None and limit not in said:
                reading.problems.say(
                    f"steps[{number}]: limit {limit} is not said; the question says "
                    f"{listing(t.text for t in left)}"
                )


def _comparisons_that_are_said(reading: Reading) -> None:
    """A number to compare with is not left out, or taken for how many. "Faults over 5" alone says
    of nothing that it could be compared; it is told as not taken into account."""
    kinds = ("entity", "column", "metric", "superlative", "value")
    comparable = any(
        t.mention is not None or t.cue("by") or any(m.kind in kinds for m in t.meanings)
        for t in reading.linked.tokens
    )
    for cue, numbers in reading.said.compared if comparable else ():
        if not any(number.start in reading.compared for number in numbers):
            said = listing(number.text.strip() for number in numbers)
            reading.problems.say(
                f"the question says {shown(cue.text)} {said} and no step compares anything with it"
            )


# -- what is not taken into account


def words_not_used(
    steps: tuple[StepRead, ...], told: list[str], reading: Reading
) -> tuple[str, ...]:
    """Words that no step takes into account, by our own reading and by what the reply tells."""
    open_steps = [s for s in steps if s.verified is None]
    verified = [s for s in steps if s.verified is not None]
    if open_steps and all(s.searches for s in open_steps) and not verified:
        left: list[str] = []
    else:
        left = [t.text for t in reading.linked.tokens if _is_left(t, reading, bool(open_steps))]
    for read in verified:
        unmatched = set(_left_by_query(read, reading))
        left = [text for text in left if text in unmatched]
    unused = {fold(word) for word in told if isinstance(word, str)}
    named = [
        t.text
        for t in reading.linked.tokens
        if fold(t.text) in unused and t.kind in ("term", "unknown") and not t.only_cue
    ]
    return tuple(dict.fromkeys([*left, *named]))


def _left_by_query(read: StepRead, reading: Reading) -> tuple[str, ...]:
    assert read.verified is not None
    asked = features(reading.linked)
    return match_template(read.verified.template, asked, reading.offered.as_of).not_used


def _is_left(token: Token, reading: Reading, has_open: bool) -> bool:
    """Whether the open steps leave a token aside; without any, all that a query may take up."""
    if not has_open:
        return True
    heard = reading.heard
    if _is_of_a_walk(token, reading):
        return False
    if token.kind == "number":
        return token.start not in reading.numbers
    if token.kind == "bucket":
        return "bucket" not in heard
    if token.kind in ("unknown", "quoted"):
        spoken = is_verbal(token.text) if token.kind == "unknown" else False
        return not spoken and not _is_searched(token.text, heard)
    if token.only_cue:
        return _is_left_cue(token, reading)
    if not token.is_content or token.mention is not None:
        return False
    return not any(_is_heard(m.kind, m.target, m.feature, heard) for m in token.meanings)


def _is_heard(kind: str, target: str, feature: str, heard: set[str]) -> bool:
    if kind in _NOUNS or feature in heard:
        return True
    return kind == "superlative" and f"place:{target}" in heard


def _is_left_cue(token: Token, reading: Reading) -> bool:
    if token in loose_words(reading.linked):
        return False
    names = [m.target for m in token.meanings]
    asked = {m.argument for m in token.meanings if m.target == "aggregate"} - _LOOSE
    measured = {h.removeprefix(_MEASURED) for h in reading.heard if h.startswith(_MEASURED)}
    if asked and measured and not asked & measured:
        return True
    heard = any(f"cue:{name}" in reading.heard for name in names)
    return any(name in _BINDING for name in names) and not heard and "filler" not in names


def _is_searched(text: str, heard: set[str]) -> bool:
    words = fold(text).split()
    said = [h.removeprefix("said:") for h in heard if h.startswith("said:")]
    return all(any(s in w or w in s for s in said) for w in words)


def _is_of_a_walk(token: Token, reading: Reading) -> bool:
    """How far a walk goes, and what is only supposed of where it starts: "if X fails"."""
    if "cue:scope" not in reading.heard:
        return False
    supposed = reading.said.supposes(token, reading.heard)
    return supposed or bool(_HOPS.search(fold(token.text)))
