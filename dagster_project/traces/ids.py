"""Names of traces: sortable by time, unique without asking anybody."""

from __future__ import annotations

import os
from datetime import datetime

from dagster_project.contracts.value import TraceId

ID_LENGTH = 26
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 74
_PAIRS = tuple(high + low for high in _ALPHABET for low in _ALPHABET)


def new_trace_id(now: datetime) -> TraceId:
    """26 characters of Crockford base 32: 56 bits of microseconds, then 74 random bits.

    Ids made at different microseconds sort by time; the random part keeps ids of the same
    microsecond apart, also across processes and after a fork.
    """
    microseconds = int(now.timestamp() * 1_000_000)
    number = microseconds << _RANDOM_BITS | int.from_bytes(os.urandom(10)) >> (80 - _RANDOM_BITS)
    return TraceId("".join(_PAIRS[number >> shift & 1023] for shift in range(120, -1, -10)))
