"""Every row of the laboratory. The clock of the site stands at 2026-03-18 12:00 in Seoul."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")
AS_OF = datetime(2026, 3, 18, 12, tzinfo=SEOUL).astimezone(UTC)


def seoul(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of 2026 on the site's wall clock, in UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=SEOUL).astimezone(UTC)


ROOMS: list[tuple[str, int]] = [("R1", 1), ("R2", 2)]
INSTRUMENTS: list[tuple[str, str, str, str, str, float, date, bool]] = [
    ("SC-01", "Bench scale", "탁상 저울", "scale", "R1", 1200.0, date(2015, 4, 1), True),
    ("SC-02", "Floor scale", "바닥 저울", "scale", "R2", 3400.0, date(2010, 1, 15), False),
    ("OV-01", "Drying oven", "건조 오븐", "oven", "R1", 5200.0, date(2018, 6, 30), True),
    ("OV-02", "Ash furnace", "회화로", "oven", "R2", 9100.0, date(2010, 1, 15), False),
    ("CF-01", "Mini spinner", "소형 회전기", "centrifuge", "R1", 2500.0, date(2022, 9, 1), True),
]
READINGS: list[tuple[int, str, str, datetime, float]] = [
    (1, "OV-01", "temperature", seoul(3, 17, 10), 100.0),
    (2, "OV-01", "temperature", seoul(3, 17, 14), 120.0),
    (3, "OV-01", "temperature", seoul(3, 18, 9), 110.0),
    (4, "OV-01", "temperature", seoul(3, 18, 15), 999.0),  # after the clock
    (5, "OV-02", "temperature", seoul(3, 17, 10), 200.0),
    (6, "OV-02", "temperature", seoul(3, 18, 9), 210.0),
    (7, "CF-01", "temperature", seoul(3, 18, 9), 25.0),
    (8, "OV-01", "humidity", seoul(3, 17, 10), 40.0),
    (9, "OV-01", "humidity", seoul(3, 18, 9), 42.0),
    (10, "CF-01", "humidity", seoul(3, 17, 10), 55.0),
]
FAULTS: list[tuple[int, str, datetime, str, str, str | None]] = [
    (1, "SC-01", seoul(3, 17, 9), "minor", "open", "E10"),
    (2, "SC-01", seoul(3, 16, 10), "major", "closed", None),
    (3, "SC-01", seoul(3, 10, 11), "minor", "closed", "E10"),
    (4, "OV-01", seoul(3, 17, 23, 30), "critical", "open", "E99"),
    (5, "OV-01", seoul(3, 11, 8), "major", "closed", "E20"),
    (6, "CF-01", seoul(3, 18, 8), "minor", "open", None),
    (7, "CF-01", seoul(2, 20, 8), "minor", "closed", "E30"),
    (8, "OV-02", seoul(3, 20, 8), "critical", "open", "E99"),  # after the clock
]
REPAIRS: list[tuple[int, str, date, float, str, str]] = [
    (1, "SC-01", date(2026, 3, 16), 120.5, "Load cell replaced, 5% drift gone", "Kim"),
    (2, "OV-01", date(2026, 3, 12), 800.0, "히터 교체, heater coil burnt", "Lee"),
    (3, "OV-01", date(2026, 2, 10), 300.0, "Door seal_kit fitted", "Lee"),
    (4, "CF-01", date(2026, 1, 5), 50.25, "Rotor cleaned, 50 cycles", "Kim"),
    (5, "OV-02", date(2026, 3, 19), 999.0, "Heater of the future", "Kim"),  # after the clock
]
