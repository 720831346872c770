"""Blocks that are not the same, and in what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from dagster_project.contracts.answer import ScreenBlock
from dagster_project.contracts.block import Block, ChartBlock, TableBlock
from dagster_project.contracts.stage import ResultColumn
from dagster_project.contracts.trace_diff import BlockDiff, Change
from dagster_project.traces.diff.held import compare_held
from dagster_project.traces.diff.pairing import Pairing, paired
from dagster_project.traces.diff.rows import compare_rows
from dagster_project.traces.diff.walk import changes, same_cell

MOST_CHANGES = 12
_APART = ("rows", "vega_lite", "nodes", "edges", "paths", "passages")


def compare_blocks(
    left: Sequence[Block], right: Sequence[Block], pairing: Pairing
) -> tuple[BlockDiff, ...]:
    """Blocks added, removed, changed or standing elsewhere, in the left's order."""
    return compare_laid([ScreenBlock(block=b) for b in left], _laid(right), pairing)


def compare_laid(
    left: Sequence[ScreenBlock], right: Sequence[ScreenBlock], pairing: Pairing
) -> tuple[BlockDiff, ...]:
    """The same of blocks on a screen, where they may be folded."""
    names = {id(laid): pairing.name(laid.block.id) for laid in right}

    def same_id(a: ScreenBlock, b: ScreenBlock) -> bool:
        return a.block.id == names[id(b)] and a.block.type == b.block.type

    def same_title(a: ScreenBlock, b: ScreenBlock) -> bool:
        return a.block.type == b.block.type and a.block.title == b.block.title

    places = _places(left, right, same_id, same_title)
    partner = dict(places)
    moved = _moved([after for _, after in sorted(places)])
    found: list[BlockDiff] = []
    for place, before in enumerate(left):
        if place not in partner:
            found.append(_one_sided("removed", before.block, before.block.id))
            continue
        after = right[partner[place]]
        what, places_changed = _parts(before, after, pairing)
        if partner[place] in moved:
            what.insert(0, "place")
        if what:
            found.append(
                BlockDiff(
                    change="changed",
                    id=before.block.id,
                    type=before.block.type,
                    title=after.block.title,
                    what=tuple(dict.fromkeys(what)),
                    changes=tuple(places_changed[:MOST_CHANGES]),
                )
            )
    used = set(partner.values())
    found += [
        _one_sided("added", laid.block, names[id(laid)])
        for place, laid in enumerate(right)
        if place not in used
    ]
    return tuple(found)


def _laid(blocks: Sequence[Block]) -> list[ScreenBlock]:
    return [ScreenBlock(block=block) for block in blocks]


def _places(
    left: Sequence[ScreenBlock], right: Sequence[ScreenBlock], *rules: Any
) -> list[tuple[int, int]]:
    lifted = [
        lambda a, b, rule=rule: rule(left[a], right[b])  # indices, so that equal blocks stay apart
        for rule in rules
    ]
    return paired(range(len(left)), range(len(right)), *lifted)


def _moved(order: Sequence[int]) -> set[int]:
    """The fewest places that, taken out, leave the rest in order."""
    best: list[list[int]] = []
    for place in order:
        longest = max((run for run in best if run[-1] < place), key=len, default=[])
        best.append([*longest, place])
    return set(order) - set(max(best, key=len, default=[]))


def _one_sided(change: Any, block: Block, name: str) -> BlockDiff:
    return BlockDiff(change=change, id=name, type=block.type, title=block.title)


def _parts(
    before: ScreenBlock, after: ScreenBlock, pairing: Pairing
) -> tuple[list[str], list[Change]]:
    """Names of the parts that differ, and where."""
    left, right = before.block, after.block
    found = changes(left, right, pairing, leave=_APART)
    # Blocks paired by their title carry other ids, and an id makes no difference.
    found = [change for change in found if change.path != "/id"]
    if isinstance(left, TableBlock) and isinstance(right, TableBlock):
        found += _table(left, right)
    if isinstance(left, ChartBlock) and isinstance(right, ChartBlock):
        found += _chart(left, right, pairing)
    found += compare_held(left, right)
    if before.folded != after.folded:
        found.append(Change(path="/folded", left=before.folded, right=after.folded))
    return [change.path.split("/")[1] for change in found], found


def _table(left: TableBlock, right: TableBlock) -> list[Change]:
    """The rows, in one change that counts them; the rows themselves are those of the step."""
    old = [column.name for column in left.columns]
    new = [column.name for column in right.columns]
    both = [name for name in old if name in new]
    columns = [ResultColumn(**left.columns[old.index(name)].model_dump()) for name in both]
    found = compare_rows(columns, (), _over(left, old, both), _over(right, new, both))
    if not found and len(left.rows) == len(right.rows):
        return []
    facts = [f"+{len(found.added)} −{len(found.removed)} ~{found.changed_rows}"]
    facts += ["in another order"] if found.reordered else []
    counted = f"{len(right.rows)} ({', '.join(facts)})"
    return [Change(path="/rows", left=str(len(left.rows)), right=counted)]


def _over(table: TableBlock, own: list[str], names: list[str]) -> Sequence[Any]:
    if own == names:
        return table.rows
    places = [own.index(name) for name in names]
    return [tuple([row[place] for place in places]) for row in table.rows]


def _chart(left: ChartBlock, right: ChartBlock, pairing: Pairing) -> list[Change]:
    """The specification without its data, and the data in one change that counts points."""
    old, before = _without_data(left.vega_lite)
    new, after = _without_data(right.vega_lite)
    found = changes(old, new, pairing, "/chart")
    if not _same_points(before, after):
        gone, come = Counter(map(repr, before)), Counter(map(repr, after))
        lost, won = (gone - come).total(), (come - gone).total()
        facts = f"+{won} −{lost}" if lost or won else "in another order"
        counted = f"{len(after)} ({facts})"
        found.append(Change(path="/points", left=str(len(before)), right=counted))
    return found


def _without_data(spec: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    data = spec.get("data")
    if not isinstance(data, Mapping) or not isinstance(data.get("values"), list | tuple):
        return dict(spec), []
    rest = {key: value for key, value in data.items() if key != "values"}
    return {**spec, "data": rest}, list(data["values"])


def _same_points(left: Sequence[Any], right: Sequence[Any]) -> bool:
    return len(left) == len(right) and all(map(_same_point, left, right))


def _same_point(left: Any, right: Any) -> bool:
    if not (isinstance(left, Mapping) and isinstance(right, Mapping)):
        return same_cell(left, right)
    if left.keys() != right.keys():
        return False
    return all(same_cell(value, right[key]) for key, value in left.items())
