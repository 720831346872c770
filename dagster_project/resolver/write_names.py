"""Names of entities → a table on disk that a reader opens without reading it."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from dagster_project.resolver.exact import MIN_LENGTH, SHORT
from dagster_project.resolver.hashed_lists import SectionWriter, hash_of
from dagster_project.resolver.key_shapes import MOST_PREFIXES, code_widths, key_shape
from dagster_project.resolver.names import EntityName
from dagster_project.resolver.normal_form import digits, keystrokes, spellings
from dagster_project.resolver.numbered import numbered_parts
from dagster_project.resolver.typo_keys import block_hashes, piece_hashes
from dagster_project.resolver.typos import allowed_errors

FORMAT = 1
META, TABLE = "meta.json", "names.bin"
LISTS = (
    *("exact", "lengths", "stems", "zeros", "keys"),
    *("numbers", "blocks", "pieces", "words", "told"),
)
HEAD = 4
"""Characters of a spelling under which its length is listed."""
FIELD_SEPARATOR = "\x1f"
_ODD = re.compile(r"[\x00-\x1f]")


def packed(name: EntityName) -> str:
    """One record as text."""
    cells = (name.entity, name.cls or "", name.key, name.label_ko, name.label_en, *name.names)
    return FIELD_SEPARATOR.join(_ODD.sub(" ", cell) for cell in cells)


def unpacked(text: str) -> EntityName:
    entity, cls, key, label_ko, label_en, *names = text.split(FIELD_SEPARATOR)
    return EntityName(entity, key, label_ko, label_en, tuple(names), cls or None)


def names_digest(names: Iterable[EntityName]) -> str:
    """Changes when a name does, or the way that names are written."""
    made = blake2b(str(FORMAT).encode(), digest_size=12)
    for name in names:
        made.update(packed(name).encode())
        made.update(b"\n")
    return made.hexdigest()


def write_names(names: Iterable[EntityName], folder: Path) -> None:
    """Effects: two files in the folder, which is made. Not whole before it returns.

    Some ten seconds for a million names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = _Parts()
    for record, name in enumerate(names):
        parts.add(record, name)
    with (folder / TABLE).open("wb") as file:
        writer = SectionWriter(file)
        parts.write(writer)
    meta = {"format": FORMAT, "places": writer.places, **parts.facts()}
    (folder / META).write_text(json.dumps(meta, ensure_ascii=False))


def length_bit(length: int) -> int:
    """Names of about this length, as one bit of 32."""
    return 1 << min(31, length // 2)


@dataclass(slots=True)
class _Lists:
    """Hashes and their values, while they are collected."""

    hashes: array[int] = field(default_factory=lambda: array("I"))
    values: array[int] = field(default_factory=lambda: array("I"))

    def add(self, hashed: int, value: int) -> None:
        self.hashes.append(hashed)
        self.values.append(value)


class _Pool:
    """Texts one after the other, and where each starts."""

    def __init__(self) -> None:
        self.text = bytearray()
        self.starts = array("I", [0])

    def add(self, text: bytes) -> None:
        self.text += text
        self.starts.append(len(self.text))


class _Parts:
    """All sections of a table, in memory while it is made."""

    def __init__(self) -> None:
        self.records, self.forms = _Pool(), _Pool()
        self.form_records = array("I")
        self.lists = {name: _Lists() for name in LISTS}
        self.short: set[str] = set()
        self.suffixes: dict[str, int] = {}
        self.prefixes: set[str] = set()
        self.lengths: set[tuple[str, int]] = set()
        self.stems: set[tuple[str, int]] = set()
        self.words: set[str] = set()
        self.told: dict[str, int] = {}
        self.key_texts: list[str] = []

    def add(self, record: int, name: EntityName) -> None:
        self.records.add(packed(name).encode())
        self._add_key(record, name)
        spelt: dict[str, None] = {}
        forms: dict[str, str] = {}
        for text in name.all_names():
            if len(text) <= SHORT:
                self.short.add(text)
            spelt |= dict.fromkeys(spellings(text))
            forms.setdefault(keystrokes(text), digits(text))
            self.words.update(text.split())
        for spelling in spelt:
            if len(spelling) >= MIN_LENGTH and not spelling.replace(" ", "").isdigit():
                self._add_spelling(record, spelling)
        for keys, number in forms.items():
            if allowed_errors(len(keys)):
                self._add_form(record, keys.encode(), number.encode())

    def _add_key(self, record: int, name: EntityName) -> None:
        self.key_texts.append(name.key)
        self.lists["keys"].add(hash_of(f"{name.entity}\x1f{name.key.upper()}"), record)
        shape = key_shape(name.key)
        if shape is not None:
            self.prefixes.add(shape[0])
            self.lists["numbers"].add(hash_of(f"{shape[0]}\x1f{shape[1]}"), record)

    def _add_spelling(self, record: int, spelling: str) -> None:
        self.lists["exact"].add(hash_of(spelling), record)
        if len(spelling) >= HEAD:
            self.lengths.add((spelling[:HEAD], len(spelling)))
        parts = numbered_parts(spelling)
        if parts is not None:
            suffix = self.suffixes.setdefault(parts.suffix, len(self.suffixes))
            self.stems.add((parts.stem, suffix))
            plain = str(int(parts.number))
            if plain != parts.number:
                self.lists["zeros"].add(hash_of(f"{parts.stem}{plain}{parts.suffix}"), record)

    def _add_form(self, record: int, keys: bytes, number: bytes) -> None:
        form = len(self.form_records)
        told = number.decode()
        self.told[told] = self.told.get(told, 0) | length_bit(len(keys))
        self.forms.add(keys)
        self.form_records.append(record)
        blocks, pieces = self.lists["blocks"], self.lists["pieces"]
        for hashed in block_hashes(keys, number):
            blocks.add(hashed, form)
        for hashed in piece_hashes(keys, number):
            pieces.add(hashed, form)

    def write(self, writer: SectionWriter) -> None:
        for head, length in sorted(self.lengths):
            self.lists["lengths"].add(hash_of(head), length)
        for stem, suffix in sorted(self.stems):
            self.lists["stems"].add(hash_of(stem), suffix)
        for word in sorted({keystrokes(word) for word in self.words}):
            self.lists["words"].add(hash_of(word), 0)
        for number, lengths in self.told.items():
            self.lists["told"].add(hash_of(number), lengths)
        for name, pool in (("records", self.records), ("forms", self.forms)):
            writer.write(f"{name}.text", memoryview(pool.text))
            writer.write(f"{name}.starts", memoryview(pool.starts).cast("B"))
        writer.write("forms.records", memoryview(self.form_records).cast("B"))
        for name, lists in self.lists.items():
            writer.write_lists(name, lists.hashes, lists.values)

    def facts(self) -> dict[str, object]:
        few = len(self.prefixes) <= MOST_PREFIXES
        return {
            "records": len(self.key_texts),
            "names": len(self.form_records),
            "code_widths": sorted(code_widths(self.key_texts)),
            "prefixes": sorted(self.prefixes) if few else None,
            "suffixes": list(self.suffixes),
            "short": sorted(self.short),
        }
