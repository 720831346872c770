"""One wrong key in a name, as a person types it: on the Korean keyboard for Hangul."""

from __future__ import annotations

import re
from random import Random

from dagster_project.resolver.normal_form import keystrokes

_RUN = re.compile(r"[가-힣]+|[A-Za-z]+")
_KEYS = "abcdefghijklmnopqrstuvwxyz"
_LETTERS = {keystrokes(chr(code)): chr(code) for code in range(0x3163, 0x3130, -1)}
_SYLLABLES = {keystrokes(chr(code)): chr(code) for code in range(0xD7A3, 0xABFF, -1)}
_VOWEL_KEYS = frozenset("kiojpuhynbml")


def typed(keys: str) -> str:
    """What the Korean keyboard makes of these keys: the longest syllable that leaves the next
    vowel its consonant; letters that fit nowhere stay loose."""
    made: list[str] = []
    at = 0
    while at < len(keys):
        for size in range(min(6, len(keys) - at), 0, -1):
            piece, after = keys[at : at + size], keys[at + size : at + size + 1]
            steals = after in _VOWEL_KEYS and after != "" and piece[-1] not in _VOWEL_KEYS
            if piece in _SYLLABLES and not steals:
                made.append(_SYLLABLES[piece])
                break
        else:
            size = 1
            made.append(_LETTERS.get(keys[at], keys[at]))
        at += size
    return "".join(made)


def wrong_key(keys: str, chance: Random) -> str:
    """One key replaced, left out, added, or swapped with the next."""
    place = chance.randrange(len(keys))
    match chance.choice(("replace", "leave out", "add", "swap")):
        case "replace":
            return keys[:place] + chance.choice(_KEYS) + keys[place + 1 :]
        case "leave out":
            return keys[:place] + keys[place + 1 :]
        case "add":
            return keys[:place] + chance.choice(_KEYS) + keys[place:]
        case _:
            return keys[:place] + keys[place + 1 : place + 2] + keys[place] + keys[place + 2 :]


def one_wrong_key(name: str, chance: Random) -> str:
    """The name with one error in one of its words; numbers stay. May be the name itself."""
    runs = list(_RUN.finditer(name))
    if not runs:
        return name
    run = chance.choices(runs, weights=[len(r.group()) for r in runs])[0]
    korean = "가" <= run.group()[0] <= "힣"
    keys = wrong_key(keystrokes(run.group()), chance) if korean else run.group()
    wrong = typed(keys) if korean else wrong_key(keys, chance)
    return name[: run.start()] + wrong + name[run.end() :]
