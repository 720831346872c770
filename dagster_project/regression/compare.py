"""R2: an answer beside its baseline, facet by facet: what is worse, and what is only different."""

from __future__ import annotations

from collections import Counter

from dagster_project.contracts.night import Check, Fingerprint

_WORSE = {"success": 0, "degraded": 1, "partial": 2, "failed": 3}
_STAGE_WORSE = {"ok": 0, "warning": 1, "error": 2}


def worse(base: Fingerprint, found: Fingerprint) -> tuple[Check, ...]:
    """What the baseline had and this answer lacks or has otherwise. New blocks, columns, steps and
    references are not worse. Shape: one failing check per facet, named `baseline.<facet>`."""
    checks = (
        _same("route", base.route, found.route),
        _status(base, found),
        _same("asks_back", list(base.asks_back), list(found.asks_back)),
        _lost("queries", base.queries, found.queries),
        _rows(base, found),
        _lost("columns", base.columns, found.columns),
        _lost("blocks", _kinds(base.blocks), _kinds(found.blocks)),
        _order_of_blocks(base, found),
        _content_of_blocks(base, found),
        _stages(base, found),
        _empties(base, found),
        _replans(base, found),
        _references(base, found),
    )
    return tuple(check for check in checks if check is not None)


def _check(name: str, expected: object, found: object) -> Check:
    return Check(name=f"baseline.{name}", passed=False, expected=str(expected), found=str(found))


def _same(name: str, base: object, found: object) -> Check | None:
    return None if base == found else _check(name, base, found)


def _lost(name: str, base: tuple[str, ...], found: tuple[str, ...]) -> Check | None:
    lost = sorted((Counter(base) - Counter(found)).elements())
    if not lost:
        return None
    new = sorted((Counter(found) - Counter(base)).elements())
    return _check(name, ", ".join(lost), ", ".join(new) or "nothing in its place")


def _status(base: Fingerprint, found: Fingerprint) -> Check | None:
    if _WORSE.get(found.status, 9) <= _WORSE.get(base.status, 9) and found.error == base.error:
        return None
    return _check("status", _said(base.status, base.error), _said(found.status, found.error))


def _said(status: str, error: str) -> str:
    return f"{status} ({error})" if error else status


def _rows(base: Fingerprint, found: Fingerprint) -> Check | None:
    """A step with other rows, or the same rows in another order."""
    both = [step for step in base.rows if step in found.rows]
    other = [s for s in both if _whole(base.rows[s]) != _whole(found.rows[s])]
    if other:
        return _check("rows", f"the rows of {', '.join(other)}", "other rows")
    turned = [s for s in both if base.rows[s] != found.rows[s]]
    return _check("order", f"the order of {', '.join(turned)}", "another order") if turned else None


def _whole(rows: str) -> str:
    return rows.partition("/")[0]


def _kinds(blocks: tuple[str, ...]) -> tuple[str, ...]:
    """Without their content."""
    return tuple(block.partition("#")[0] for block in blocks)


def _order_of_blocks(base: Fingerprint, found: Fingerprint) -> Check | None:
    left, right = _kinds(base.blocks), _kinds(found.blocks)
    kept = [block for block in right if block in left]
    wanted = [block for block in left if block in right]
    return None if kept == wanted else _check("block_order", ", ".join(wanted), ", ".join(kept))


def _content_of_blocks(base: Fingerprint, found: Fingerprint) -> Check | None:
    """Other content from the same rows: another mapping, unit or value label."""
    if _rows(base, found) is not None:
        return None
    now = {kind: block for kind, block in zip(_kinds(found.blocks), found.blocks, strict=True)}
    other = [
        kind
        for kind, block in zip(_kinds(base.blocks), base.blocks, strict=True)
        if kind in now and now[kind] != block and not kind.startswith("references:")
    ]
    return _check("block_content", ", ".join(other), "other content") if other else None


def _stages(base: Fingerprint, found: Fingerprint) -> Check | None:
    bad = [
        stage
        for stage, status in found.stages.items()
        if _STAGE_WORSE.get(status, 9) > _STAGE_WORSE.get(base.stages.get(stage, "ok"), 9)
    ]
    if not bad:
        return None
    before = ", ".join(f"{stage} {base.stages.get(stage, 'ok')}" for stage in bad)
    return _check("stages", before, ", ".join(f"{s} {found.stages[s]}" for s in bad))


def _empties(base: Fingerprint, found: Fingerprint) -> Check | None:
    new = {s: reason for s, reason in found.empties.items() if base.empties.get(s) != reason}
    if not new:
        return None
    before = ", ".join(f"{step} {base.empties.get(step, 'with rows')}" for step in new)
    return _check("empties", before, ", ".join(f"{step} {reason}" for step, reason in new.items()))


def _replans(base: Fingerprint, found: Fingerprint) -> Check | None:
    new = Counter(found.triggers) - Counter(base.triggers)
    if not new:
        return None
    return _check("replans", _listed(base.triggers), _listed(found.triggers))


def _listed(triggers: tuple[str, ...]) -> str:
    return ", ".join(triggers) or "none"


def _references(base: Fingerprint, found: Fingerprint) -> Check | None:
    bare = found.blocks_of_facts - found.blocks_with_reference
    was_bare = base.blocks_of_facts - base.blocks_with_reference
    if found.references >= base.references and bare <= was_bare:
        return None
    return _check(
        "references",
        f"{base.references}, {was_bare} block(s) without",
        f"{found.references}, {bare} block(s) without",
    )
