"""Markdown is cut at headings into passages whose quotes are verbatim and whose text is clean."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sources.vector.cut import count_words
from sources.vector.decode import decode_text
from sources.vector.front_matter import split_front_matter
from sources.vector.markdown import cut_markdown
from sources.vector.passages import UnreadableDocument

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
GUIDE = """---
title: 윤활유 펌프 안내
tags: [pump, oil]
alarm_codes: [FLT-DP]
applies_to: [LOP-02]
description: What to do
---
# 윤활유 펌프 안내

See [the manual](https://example.org/manual.pdf) and ![a picture](oil.png).

## 조치 <a name="actions"></a>

1. 필터 차압을 본다.
2. `LOP-02` 를 세운다.

### Parts

| part | number |
|------|--------|
| filter | F-100 |

## Checks

text

## Checks

again
"""


def test_passages_stand_under_their_headings_with_anchors() -> None:
    """The title is not repeated; a given anchor wins; equal headings get different anchors."""
    document = cut_markdown("guide.md", GUIDE, 220)
    assert document.title == "윤활유 펌프 안내"
    assert document.description == "What to do"
    assert document.tags == ("pump", "oil", "FLT-DP", "LOP-02")
    assert [(p.headings, p.anchor) for p in document.passages] == [
        ((), "윤활유-펌프-안내"),
        (("조치",), "actions"),
        (("조치", "Parts"), "parts"),
        (("Checks",), "checks"),
        (("Checks",), "checks-1"),
    ]


def test_the_quote_is_verbatim_and_the_text_is_clean() -> None:
    """Addresses, images, rules of tables and markup are not indexed, and are quoted."""
    first, steps, parts, *_ = cut_markdown("guide.md", GUIDE, 220).passages
    assert first.quote in GUIDE
    assert "https://example.org/manual.pdf" in first.quote
    assert first.text == "See the manual and ."
    assert steps.text == "필터 차압을 본다. LOP-02 를 세운다."
    assert parts.quote == "| part | number |\n|------|--------|\n| filter | F-100 |"
    assert parts.text == "part number filter F-100"


def test_a_heading_inside_code_cuts_nothing() -> None:
    """`# comment` in a fence is code, and the fence stays whole."""
    text = "# A\n\n```bash\n# not a heading\nls <dir>\n```\n"
    (passage,) = cut_markdown("a.md", text, 220).passages
    assert passage.quote == "```bash\n# not a heading\nls <dir>\n```"


def test_a_long_section_is_cut_at_paragraphs_and_none_is_lost() -> None:
    """Neighbours stay together while they fit."""
    paragraphs = [f"paragraph{n} " + "word " * 60 for n in range(10)]
    passages = cut_markdown("a.md", "# A\n\n" + "\n\n".join(paragraphs), 130).passages
    assert [p.text.count("paragraph") for p in passages] == [2] * 5
    assert all(count_words(p.text) <= 130 for p in passages)


@pytest.mark.parametrize(
    "body",
    [
        "word " * 3000,
        "\n".join(f"- item {n} of a long list" for n in range(800)),
        "| a | b |\n|---|---|\n" + "\n".join(f"| row {n} | value |" for n in range(800)),
        "```\n" + "\n".join(f"line {n} of code" for n in range(800)) + "\n```",
        "긴 문장이 계속 이어진다. " * 500,
        "x" * 50_000,
    ],
    ids=["paragraph", "list", "table", "code", "korean", "one word"],
)
def test_whatever_is_too_long_is_cut_to_fit(body: str) -> None:
    """No passage is longer than asked, and together they are the whole section."""
    passages = cut_markdown("a.md", f"# A\n\n{body}", 100).passages
    assert max(count_words(p.quote) for p in passages) <= 100
    joined = "".join("".join(p.quote.split()) for p in passages)
    assert joined == "".join(body.split())


def test_korean_is_counted_by_syllables() -> None:
    """One Korean word of many syllables says as much as several English ones."""
    assert count_words("윤활유압력저하경보") > count_words("word")
    assert count_words("장애 조치") == 2


def test_a_document_of_headings_only_is_quoted_whole() -> None:
    """A table of contents can be found too."""
    (passage,) = cut_markdown("toc.md", "# One\n## Two\n## Three\n", 220).passages
    assert passage.text == "One Two Three"


@pytest.mark.parametrize(
    "text", ["", "\n\n", "---\ntitle: x\n---\n", "![only](a.png)", "<!-- only a comment -->"]
)
def test_what_holds_no_text_has_no_passage(text: str) -> None:
    """Empty, front matter only, an image only."""
    assert cut_markdown("a.md", text, 220).passages == ()


def test_front_matter_that_is_no_yaml_is_read_line_by_line() -> None:
    """A colon in a title must not lose the title."""
    head, start = split_front_matter("---\ntitle: DB: failover\n\tbad\n---\nbody")
    assert head.title == "DB: failover"
    assert start == len("---\ntitle: DB: failover\n\tbad\n---\n")


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    """Three dashes without a second line of them are a rule."""
    assert split_front_matter("---\nno end") == (split_front_matter("x")[0], 0)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "장애 조치"),
        ("utf-8-sig", "장애 조치"),
        ("utf-16", "장애 조치"),
        ("cp949", "장애 조치 절차"),
        ("cp1252", "café – résumé"),
    ],
)
def test_usual_encodings_are_read(encoding: str, text: str) -> None:
    """The text is the same whichever program saved it."""
    assert decode_text(text.encode(encoding)) == text


def test_line_ends_and_decomposed_hangul_are_made_one_form() -> None:
    """A file from Windows and one from a Mac read alike."""
    import unicodedata

    spread = unicodedata.normalize("NFD", "장애\r\n조치\r").encode()
    assert decode_text(spread) == "장애\n조치\n"


def test_binary_content_is_refused() -> None:
    """A picture that is named .md is no document."""
    with pytest.raises(UnreadableDocument, match="no text"):
        decode_text(bytes(range(256)) * 4)


def test_a_megabyte_is_cut_in_seconds_whatever_it_holds() -> None:
    """No input makes the time grow faster than its size."""
    for text in (
        "\n\n".join(f"# H{n}\n\n" + "word " * 150 for n in range(1300)),
        "[(<![" * 200_000,
        "> " * 300 + "\n" + "- a\n" * 100_000,
        "|a" * 500_000,
        "{{<" * 300_000,
        "![a](b" * 170_000,
        "[a](" * 250_000,
    ):
        started = time.process_time()
        cut_markdown("a.md", text, 220)
        assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "name", ["runbooks-prometheus", "runbooks-openshift", "docs-ko-windows-server"]
)
def test_every_public_document_is_cut_into_verbatim_passages(name: str) -> None:
    """Real documents: quotes are pieces of the file, none too long, anchors lead somewhere."""
    folder = DATA / name
    if not folder.is_dir():
        pytest.skip(f"the public data set {name} is not beside the repository")
    for file in sorted(folder.rglob("*.md")):
        text = decode_text(file.read_bytes())
        for passage in cut_markdown(file.name, text, 220).passages:
            assert passage.quote in text
            assert passage.text
            assert count_words(passage.quote) <= 260, file
            assert passage.anchor
            assert " " not in passage.anchor
