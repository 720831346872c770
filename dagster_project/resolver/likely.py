"""What a name that nothing bears may have meant: the same name with another number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagster_project.resolver.normal_form import digits

_NUMBER = re.compile(r"\d+")
_AROUND = (0, 1, -1, 2, -2, 3, -3)
_FIRST = range(1, 6)


def other_numbers(keys: str) -> Iterator[tuple[str, str]]:
    """The keys as they are, then with numbers near its last one, then with the first few numbers.
    Shape: (keys, their number) as `near` takes them."""
    yield keys, digits(keys)
    numbers = list(_NUMBER.finditer(keys))
    if not numbers or len(numbers[-1].group()) > 9:
        return
    start, end = numbers[-1].span()
    own = int(numbers[-1].group())
    tried = {own}
    for number in (*(own + step for step in _AROUND), *_FIRST):
        if number >= 0 and number not in tried:
            tried.add(number)
            width = end - start if numbers[-1].group().startswith("0") else 0
            spelt = f"{keys[:start]}{number:0{width}d}{keys[end:]}"
            yield spelt, digits(spelt)
