"""What may follow a Korean noun without changing which noun it is.

A tail is accepted only when it is made, in this order, of: plural, a suffix that spreads (별,
마다), case, focus (도, 만, 까지), and a copula with a light ending. Each part is optional and
occurs at most once or twice, so the check is linear and never backtracks far.
"""

from __future__ import annotations

import re
from functools import lru_cache

MAX_TAIL = 12
"""Syllables; longer tails are words of their own."""

_PLURAL = "들|네"
_SPREAD = "별|마다|당|끼리|씩|쪽|측|자체|전체|중|내|간|만|뿐"
_CASE = (
    "으로부터|로부터|에서부터|에게서|한테서|에서|에게|한테|께서|이랑|랑|하고|으로서|로서|으로써|로써|"
    "으로|로|을|를|이|가|은|는|의|에|와|과|께|처럼|같이|보다|부터|까지|이나|나|이며|이고|및"
)
_FOCUS = "부터|까지|조차|마저|밖에|만큼|이라도|라도|이든|든|도|만|은|는|의|중|내|간|뿐|이나|나|요"
_COPULA = (
    "입니까|입니다|인가요|인가|인데|인지|이야|이에요|예요|이니|이냐|이죠|이지|이라는|라는|이란|란|"
    "이며|이고|이면|이라면|라면|였나|였어|였지|이었나|이었어|일까|야|요|죠|냐|인"
)
_TAIL = re.compile(
    rf"(?:{_PLURAL})?(?:{_SPREAD})?(?:{_CASE})?(?:{_FOCUS}){{0,2}}(?:{_COPULA})?(?:요)?"
)


@lru_cache(maxsize=8192)
def is_particle_tail(tail: str) -> bool:
    """True when `tail` holds nothing but postpositions, copulas and light endings.

    The empty tail is one: nothing follows the noun.
    """
    return len(tail) <= MAX_TAIL and _TAIL.fullmatch(tail) is not None


@lru_cache(maxsize=8192)
def strip_particles(word: str) -> tuple[str, ...]:
    """The word, then every shorter stem that only particles follow, longest first.

    A stem keeps at least one character; the caller knows which of them is a word.
    """
    first = max(1, len(word) - MAX_TAIL)
    stems = (word[:cut] for cut in range(len(word) - 1, first - 1, -1))
    return (word, *(stem for stem in stems if is_particle_tail(word[len(stem) :])))
