"""A table of names on disk, opened in a moment and read where a question leads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from rapidfuzz import fuzz

from dagster_project.resolver.exact import MIN_LENGTH, SHORT, ends_name
from dagster_project.resolver.hashed_lists import HashedLists, Sections, hash_of
from dagster_project.resolver.key_shapes import KeyShapes, key_shape, one_letter_away
from dagster_project.resolver.misspelt import WordFit
from dagster_project.resolver.names import EntityName
from dagster_project.resolver.normal_form import NormalText, digits, keystrokes, spellings
from dagster_project.resolver.numbered import numbered_at, numbered_parts
from dagster_project.resolver.typo_keys import block_probes, piece_probes
from dagster_project.resolver.typos import (
    MIN_KEYS,
    MOST_ERRORS,
    alike,
    allowed_errors,
    in_order,
    rare_first,
)
from dagster_project.resolver.write_names import FORMAT, HEAD, META, TABLE, length_bit, unpacked

_MOST_BEARERS = 50
"""Things read for one name; who bears a name that thousands share is asked about anyway."""
_MOST_ALIKE = 600
"""Names compared at most for one error."""


class NamesOnDisk:
    """The names of a site of any size. Reading changes nothing; processes share the pages."""

    def __init__(self, folder: Path) -> None:
        """Raises: OSError, ValueError when it is not a table of this format."""
        meta = json.loads((folder / META).read_text())
        if meta.get("format") != FORMAT:
            raise ValueError(f"{folder / META} has format {meta.get('format')}, not {FORMAT}")
        sections = Sections(folder / TABLE, meta["places"])
        self._size: int = meta["records"]
        self._short = frozenset[str](meta["short"])
        self._suffixes: Sequence[str] = meta["suffixes"]
        self._records = _Texts(sections, "records")
        self._forms = _Texts(sections, "forms")
        self._form_records = sections.numbers("forms.records")
        self._exact = HashedLists(sections, "exact")
        self._lengths = HashedLists(sections, "lengths")
        self._stems = HashedLists(sections, "stems")
        self._zeros = HashedLists(sections, "zeros")
        self._blocks = HashedLists(sections, "blocks")
        self._pieces = HashedLists(sections, "pieces")
        self._words = HashedLists(sections, "words")
        self._told = HashedLists(sections, "told")
        self._keys = KeysOnDisk(sections, self, meta["code_widths"], meta["prefixes"])

    def __len__(self) -> int:
        return self._size

    @property
    def keys(self) -> KeyShapes:
        return self._keys

    def name(self, record: int) -> EntityName:
        return unpacked(self._records.at(record))

    def record(self, entity: str, key: str) -> int | None:
        for record in self._keys.records(entity, key.upper()):
            if self.name(record).key == key:
                return record
        return None

    # --- whole names ------------------------------------------------------------------------

    def get(self, name: str) -> tuple[int, ...]:
        for spelling in spellings(name):
            held = self._bearers(spelling)
            if held:
                return held
        return ()

    def _bearers(self, spelling: str) -> tuple[int, ...]:
        found = self._exact.get(hash_of(spelling), _MOST_BEARERS)
        return tuple(r for r in dict.fromkeys(found) if self._is_called(r, spelling))

    def _is_called(self, record: int, spelling: str) -> bool:
        return any(spelling in spellings(name) for name in self.name(record).all_names())

    def longest_at(
        self, question: str, text: NormalText, i: int
    ) -> tuple[int, tuple[int, ...]] | None:
        rest = text.text[i : i + HEAD]
        lengths = self._lengths.get(hash_of(rest)) if len(rest) == HEAD else []
        longest = len(text.starts) - i
        for size in (*sorted(set(lengths), reverse=True), 3, MIN_LENGTH):
            if size > longest:
                continue
            start, end = text.starts[i], text.starts[i + size - 1] + 1
            if size <= SHORT and question[start:end] not in self._short:
                continue
            spelling = text.text[i : i + size]
            if not self._exact.get(hash_of(spelling), 1):
                continue
            if ends_name(question, text.kinds, start, end) and (held := self._bearers(spelling)):
                return end, held
        return None

    def numbered_at(
        self, question: str, text: NormalText, i: int
    ) -> tuple[int, tuple[int, ...]] | None:
        return numbered_at(question, text, i, self._suffixes_of, self._with_number)

    def _suffixes_of(self, stem: str) -> list[str]:
        found = {self._suffixes[n] for n in self._stems.get(hash_of(stem))}
        return sorted(found, key=lambda suffix: (-len(suffix), suffix))

    def _with_number(self, stem: str, suffix: str, number: int) -> Iterable[int]:
        spelling = f"{stem}{number}{suffix}"
        yield from self._bearers(spelling)
        for record in self._zeros.get(hash_of(spelling), _MOST_BEARERS):
            if self._is_numbered(record, (stem, suffix, number)):
                yield record

    def _is_numbered(self, record: int, wanted: tuple[str, str, int]) -> bool:
        found = (
            numbered_parts(spelling)
            for name in self.name(record).all_names()
            for spelling in spellings(name)
        )
        return any(p is not None and (p.stem, p.suffix, int(p.number)) == wanted for p in found)

    # --- misspelt names ---------------------------------------------------------------------

    def near(
        self, keys: str, number: str, least: float, most_errors: int = MOST_ERRORS
    ) -> list[tuple[float, int]]:
        if len(keys) < MIN_KEYS - 1 or not self._has_length(len(keys), number, most_errors):
            return []
        typed, told = keys.encode(), number.encode()
        forms: set[int] = set()
        for probe in block_probes(typed, told):
            forms.update(self._blocks.get(probe, _MOST_ALIKE))
            if len(forms) > _MOST_ALIKE:
                break
        best = self._alike(keys, number, forms, least, most_errors)
        if best and max(best.values()) >= 1 - 1.5 / len(keys):  # one error: nothing is nearer
            return in_order(best)
        if most_errors > 1 and allowed_errors(len(keys) + 1) > 1:
            for stage in self._sharing(typed, told, most_errors):
                more = self._alike(keys, number, stage, least, most_errors)
                if more:
                    best = {r: max(more.get(r, 0.0), best.get(r, 0.0)) for r in {**more, **best}}
                    break
        return in_order(best)

    def _has_length(self, length: int, number: str, errors: int) -> bool:
        """Whether names with this number are about so long; most words of a question are not."""
        around = range(max(0, length - errors), length + errors + 1)
        wanted = sum({length_bit(near) for near in around})
        return any(lengths & wanted for lengths in self._told.get(hash_of(number)))

    @property
    def many(self) -> bool:
        return True

    def word_fit(self, keys: str) -> WordFit:
        """Words near it are not looked up. One that spells so by its hash alone counts as same."""
        return "same" if self._words.get(hash_of(keys), 1) else "near"

    def _alike(
        self, keys: str, number: str, forms: Iterable[int], least: float, most_errors: int
    ) -> dict[int, float]:
        records: dict[str, list[int]] = {}
        for form in forms:
            records.setdefault(self._forms.at(form), []).append(self._form_records[form])
        return {
            record: score
            for form, score in alike(keys, list(records), least, most_errors)
            if digits(form) == number or self._has_number(records[form][0], form, number)
            for record in records[form]
        }

    def _has_number(self, record: int, form: str, number: str) -> bool:
        """Keys run numbers together that a name keeps apart: 1-2 is typed 12."""
        return any(
            keystrokes(name) == form and digits(name) == number
            for name in self.name(record).all_names()
        )

    def _sharing(self, typed: bytes, number: bytes, most: int) -> Iterable[set[int]]:
        """Forms that share a piece, those that share a rare one first, and never very many."""
        held = (self._pieces.get(piece) for piece in piece_probes(typed, number, most))
        yield from rare_first(filter(None, held))

    def likely(self, keys: str, most: int) -> list[tuple[float, int]]:
        """Suggestions: names that are nearly so called, and those with another number."""
        from dagster_project.resolver.likely import other_numbers

        found: dict[int, None] = {}
        for spelt, number in other_numbers(keys):
            found |= dict.fromkeys(r for _, r in self.near(spelt, number, 0.5)[:most])
            shape = key_shape(spelt)
            if shape is not None:
                found |= dict.fromkeys(self._keys.records_numbered(*shape)[:most])
            if len(found) >= 3 * most:
                break
        ranked = [(self._likeness(keys, record), record) for record in found]
        return sorted(ranked, key=lambda pair: (-pair[0], pair[1]))[:most]

    def _likeness(self, keys: str, record: int) -> float:
        names = self.name(record).all_names()
        return max(fuzz.ratio(keys, keystrokes(name)) for name in names) / 100


class KeysOnDisk:
    """Keys of the data by their shape, from the table."""

    def __init__(
        self,
        sections: Sections,
        names: NamesOnDisk,
        widths: Iterable[int],
        prefixes: Sequence[str] | None,
    ) -> None:
        self._names = names
        self._keys, self._numbers = HashedLists(sections, "keys"), HashedLists(sections, "numbers")
        self._code_widths = frozenset(widths)
        self._prefixes = None if prefixes is None else frozenset(prefixes)

    @property
    def code_widths(self) -> frozenset[int]:
        return self._code_widths

    def records(self, entity: str, upper_key: str) -> list[int]:
        found = self._keys.get(hash_of(f"{entity}\x1f{upper_key}"), _MOST_BEARERS)
        held = ((record, self._names.name(record)) for record in found)
        return [r for r, name in held if (name.entity, name.key.upper()) == (entity, upper_key)]

    def held(self, entity: str, upper_key: str) -> str | None:
        found = self.records(entity, upper_key)
        return self._names.name(found[0]).key if found else None

    def records_numbered(self, prefix: str, number: int) -> list[int]:
        found = self._numbers.get(hash_of(f"{prefix}\x1f{number}"), _MOST_BEARERS)
        return [r for r in found if key_shape(self._names.name(r).key) == (prefix, number)]

    def numbered(self, prefix: str, number: int) -> Sequence[tuple[str, str]]:
        names = map(self._names.name, self.records_numbered(prefix, number))
        return list(dict.fromkeys((name.entity, name.key) for name in names))

    def has_prefix(self, prefix: str) -> bool:
        if self._prefixes is not None:
            return prefix in self._prefixes
        return any(self.records_numbered(prefix, number) for number in range(10))

    def prefixes_near(self, prefix: str) -> tuple[str, ...]:
        return one_letter_away(prefix, self._prefixes or ())


class _Texts:
    """A pool of texts by number."""

    def __init__(self, sections: Sections, name: str) -> None:
        self._text = sections.bytes_of(f"{name}.text")
        self._starts = sections.numbers(f"{name}.starts")

    def at(self, n: int) -> str:
        return str(self._text[self._starts[n] : self._starts[n + 1]], "utf-8")
