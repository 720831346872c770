"""Values of a plan as the catalog's types."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sources.protocol import ColumnType

_INSTANT = timedelta(microseconds=1)
_LARGEST = 2**63 - 1
TRUTH = {"true": True, "false": False}


class DoesNotFit(ValueError):
    """A value cannot be read as the property's type."""


def typed(value: object, kind: ColumnType, zone: ZoneInfo) -> object:
    """The value as the property holds it. Raises: DoesNotFit."""
    try:
        found = _READERS[kind](value, zone)
    except (ValueError, OverflowError) as error:
        raise DoesNotFit(f"{value!r} is no {kind}") from error
    if found is None:
        raise DoesNotFit(f"{value!r} is no {kind}")
    return found


def day_after(moment: datetime, zone: ZoneInfo) -> date:
    """The open end of a span of days that ends at this moment."""
    return (moment - _INSTANT).astimezone(zone).date() + timedelta(days=1)


def _text(value: object, _: ZoneInfo) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    text = value.isoformat() if isinstance(value, date) else str(value)
    return None if value is None or "\0" in text else text


def _integer(value: object, _: ZoneInfo) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    number = int(value) if not isinstance(value, float) or value.is_integer() else None
    return number if number is not None and -_LARGEST - 1 <= number <= _LARGEST else None


def _number(value: object, _: ZoneInfo) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return float(value)


def _boolean(value: object, _: ZoneInfo) -> object:
    return value if isinstance(value, bool) else TRUTH.get(str(value).lower())


def _timestamp(value: object, zone: ZoneInfo) -> object:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _date(value: object, zone: ZoneInfo) -> object:
    if isinstance(value, str) and len(value) == 10:
        return date.fromisoformat(value)
    moment = _timestamp(value, zone)
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else None


_READERS = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "date": _date,
    "json": lambda _value, _zone: None,
}
