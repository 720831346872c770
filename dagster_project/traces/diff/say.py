"""A difference in a few lines that a person reads, in two languages."""

from __future__ import annotations

from dagster_project.contracts.trace_diff import BlockDiff, Change, RowsDiff, TraceDiff
from dagster_project.contracts.value import Language

MOST_LINES = 5
_NAMED = 3
_TEXT = 120
_PLAN_TEXT = 40
_LEAD = 20
_WORDS: dict[str, tuple[str, str]] = {
    "same": ("달라진 것이 없습니다", "nothing that matters changed"),
    "from": ("{first} 단계부터 다릅니다: {stages}", "differs from {first} on: {stages}"),
    "only": ("{first} 단계만 다릅니다", "only {first} differs"),
    "apart": ("단계 결과는 같고 {what}만 다릅니다", "all stages are the same, but not the {what}"),
    "assets": ("자산", "assets"),
    "plan": ("계획", "plan"),
    "rows": ("행", "rows"),
    "blocks": ("블록", "blocks"),
    "summary": ("요약", "summary"),
    "replans": ("재계획", "replans"),
    "fallbacks": ("대체 수단", "fallbacks"),
    "planned_by": ("계획 주체", "planned by"),
    "model_of": ("{stage} 모델", "model of {stage}"),
    "answer": ("답변", "answer"),
    "more": ("외 {count}개", "{count} more"),
    "order": ("순서 바뀜", "in another order"),
    "columns": ("열", "columns"),
    "total": ("전체", "total"),
    "read_by": ("{stages}에서 읽음", "read by {stages}"),
    "content": ("내용 바뀜", "other content"),
    "nothing": ("없음", "none"),
}


def say(key: str, language: Language, **values: object) -> str:
    return _WORDS[key][0 if language == "ko" else 1].format(**values)


def verdict_of(diff: TraceDiff, language: Language = "en") -> str:
    """Which stages differ and from where on; then route, status, replans, fallbacks, models."""
    models = [_model(change, language) for change in diff.models]
    if diff.same:
        return "; ".join([say("same", language), *models])
    stages = ", ".join(diff.changed_stages)
    if len(diff.changed_stages) > 1:
        head = say("from", language, first=diff.first_stage, stages=stages)
    elif diff.changed_stages:
        head = say("only", language, first=stages)
    else:
        head = say("apart", language, what=_apart(diff, language))
    facts = [f"{c.path[1:]} {_arrow(c, language)}" for c in diff.outcome]
    if diff.replans.changed:
        counts = f"{len(diff.replans.left)} → {len(diff.replans.right)}"
        facts.append(f"{say('replans', language)} {counts}")
    facts += [f"{say('fallbacks', language)} {_arrow(c, language)}" for c in diff.fallbacks[:1]]
    return "; ".join([head, *facts, *models])


def lines(diff: TraceDiff, language: Language = "en") -> tuple[str, ...]:
    """At most five: verdict, changed assets, plan, rows, blocks, summary before and after."""
    found = [verdict_of(diff, language)]
    if diff.assets:
        found.append(f"{say('assets', language)}: {_assets(diff, language)}")
    if diff.plan and not diff.same:
        shown = [f"{c.path} {_arrow(c, language, _PLAN_TEXT)}" for c in diff.plan]
        found.append(f"{say('plan', language)}: {_first(shown, language)}")
    if diff.rows:
        shown = [f"{rows.step} {rows_text(rows, language)}" for rows in diff.rows]
        found.append(f"{say('rows', language)}: {_first(shown, language)}")
    tail: list[str] = []
    if diff.summary is not None:
        tail = [f"{say('summary', language)}: {_arrow(diff.summary, language)}"]
    if diff.blocks and len(found) + len(tail) < MOST_LINES:
        shown = [block_text(block) for block in diff.blocks]
        found.append(f"{say('blocks', language)}: {_first(shown, language)}")
    return (*found, *tail)


def rows_text(rows: RowsDiff, language: Language = "en") -> str:
    """`+2 −1 ~3 (severity, status); true_zero → 4`."""
    facts: list[str] = []
    if rows.added_rows or rows.removed_rows or rows.changed_rows:
        names = f" ({', '.join(rows.changed_columns)})" if rows.changed_columns else ""
        facts.append(f"+{rows.added_rows} −{rows.removed_rows} ~{rows.changed_rows}{names}")
    elif rows.reordered:
        facts.append(say("order", language))
    signs = (("+", rows.columns_added), ("−", rows.columns_removed), ("~", rows.columns_changed))
    columns = [f"{sign}{name}" for sign, names in signs for name in names]
    if columns:
        facts.append(f"{say('columns', language)} {_first(columns, language, ', ')}")
    if rows.left_outcome != rows.right_outcome or rows.left_rows is None or rows.right_rows is None:
        old, new = (_outcome(rows, side, language) for side in ("left", "right"))
        facts.append(f"{old} → {new}")
    elif rows.left_total != rows.right_total:
        old, new = (_count(total) for total in (rows.left_total, rows.right_total))
        facts.append(f"{say('total', language)} {old} → {new}")
    return "; ".join(facts)


def block_text(block: BlockDiff) -> str:
    """`~table Events (rows, title)`, `+chart Load`."""
    sign = {"added": "+", "removed": "−", "changed": "~"}[block.change]
    what = f" ({', '.join(block.what)})" if block.what else ""
    return f"{sign}{block.type} {block.title or block.id}{what}"


def value_text(value: object, language: Language = "en", most: int = _TEXT) -> str:
    """A value as one short line; nothing is said as such."""
    if value is None or value in ([], {}, ""):
        return say("nothing", language)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        text = ", ".join(value_text(item, language, most) for item in value)
    elif isinstance(value, dict):
        text = ", ".join(f"{k} {value_text(v, language, most)}" for k, v in value.items())
    else:
        text = str(value)
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _arrow(change: Change, language: Language, most: int = _TEXT) -> str:
    before, after = change.left, change.right
    if isinstance(before, str) and isinstance(after, str):
        before, after = _from_where_they_part(before, after, most)
    left, right = (value_text(side, language, most) for side in (before, after))
    return f"{left} → {right}"


def _from_where_they_part(left: str, right: str, most: int) -> tuple[str, str]:
    """Two long texts without most of what they begin with alike."""
    pairs = enumerate(zip(left, right, strict=False))
    alike = next((place for place, (a, b) in pairs if a != b), min(len(left), len(right)))
    if max(len(left), len(right)) <= most or alike <= _LEAD:
        return left, right
    start = left.rfind(" ", 0, alike - _LEAD) + 1 or alike - _LEAD
    return f"…{left[start:]}", f"…{right[start:]}"


def _model(change: Change, language: Language) -> str:
    """`planned by model → built-in`, `model of compose main → spare`."""
    place = change.path[1:]
    key = place if place == "planned_by" else "model_of"
    return f"{say(key, language, stage=place)} {_arrow(change, language)}"


def _apart(diff: TraceDiff, language: Language) -> str:
    named = {
        "replans": diff.replans.changed,
        "fallbacks": bool(diff.fallbacks),
        "answer": bool(diff.outcome or diff.summary),
    }
    return ", ".join(say(key, language) for key, differs in named.items() if differs)


def _assets(diff: TraceDiff, language: Language) -> str:
    shown: list[str] = []
    for change in diff.assets:
        moved = f"{change.left or '–'} → {change.right or '–'}"
        if change.left == change.right:
            moved = f"{change.left} ({say('content', language)})"
        readers = say("read_by", language, stages=", ".join(change.stages))
        shown.append(f"{change.asset} {moved}" + (f" ({readers})" if change.stages else ""))
    return _first(shown, language)


def _first(texts: list[str], language: Language, between: str = "; ") -> str:
    rest = len(texts) - _NAMED
    more = [say("more", language, count=rest)] if rest > 0 else []
    return between.join([*texts[:_NAMED], *more])


def _outcome(rows: RowsDiff, side: str, language: Language) -> str:
    count, total, outcome = (
        getattr(rows, f"{side}_{part}") for part in ("rows", "total", "outcome")
    )
    if count is None:
        return "–"
    return outcome or f"{_count(total if total is not None else count)} {say('rows', language)}"


def _count(count: int | None) -> str:
    return "?" if count is None else f"{count:,}"
