"""Markdown source → the text that is indexed: what a reader reads, without addresses and markup."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TARGET = r"\([^()\s]{0,2000}(?:\([^()]{0,400}\))?[^()]{0,400}\)"
_IMAGE = re.compile(rf"!\[[^\[\]]{{0,400}}\](?:{_TARGET}|\[[^\[\]]{{0,400}}\])")
_LINK = re.compile(rf"\[((?:[^\[\]]|\[[^\[\]]{{0,400}}\]){{0,400}})\]{_TARGET}")
_REFERENCE_LINK = re.compile(r"\[([^\[\]]{1,400})\]\[[^\[\]]{0,400}\]")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:\s+\S+.*$", re.MULTILINE)
_SHORTCODE = re.compile(r"\{\{[<%][^{}]{0,400}[%>]\}\}")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]*>")
_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s)>\]]+")
_RULES = re.compile(r"^[\s|:+=-]+$|^\s*(?:```|~~~).*$", re.MULTILINE)
_MARKUP = re.compile(r"[*`|~]+|^\s*(?:>+|[-+]|#{1,6}|\d+[.)])\s+", re.MULTILINE)
_NOTE = re.compile(r"\[!\w+\]")
_SPACE = re.compile(r"\s+")
# Every repeat has a bound: an opening bracket without its closing one must not cost the whole text.


def clean_markdown(source: str) -> str:
    """One line of text. Code keeps its words."""
    text = source
    for noise in (_COMMENT, _SHORTCODE, _IMAGE, _DEFINITION):
        text = noise.sub(" ", text)
    text = _REFERENCE_LINK.sub(r"\1", _LINK.sub(r"\1", text))
    for noise in (_NOTE, _ADDRESS, _TAG, _RULES, _MARKUP):
        text = noise.sub(" ", text)
    return _SPACE.sub(" ", text).strip()
