"""Metric definitions, and one series per machine and metric; the samples are made in SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sources.embedded.plant.model import Ci, dice


@dataclass(frozen=True, slots=True)
class Metric:
    """What is measured, where, and how its values move."""

    name: str
    unit: str
    name_ko: str
    name_en: str
    classes: tuple[str, ...]
    base: float
    spread: float
    """Machines differ by up to this much from `base`."""
    daily: float
    """Height of the daily wave."""
    noise: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Series:
    ci_id: str
    metric: str
    base: float
    daily: float
    noise: float
    low: float
    high: float
    phase: float
    seed: int


METRICS = (
    Metric(
        "power_output",
        "MW",
        "발전 출력",
        "Power output",
        ("gas_turbine", "steam_turbine", "generator"),
        228,
        12,
        22,
        4,
        0,
        275,
    ),
    Metric(
        "exhaust_temperature",
        "°C",
        "배기가스 온도",
        "Exhaust temperature",
        ("gas_turbine",),
        598,
        8,
        9,
        3,
        15,
        680,
    ),
    Metric(
        "bearing_vibration",
        "mm/s",
        "베어링 진동",
        "Bearing vibration",
        ("gas_turbine", "steam_turbine", "generator", "pump", "fan"),
        2.1,
        0.7,
        0.2,
        0.25,
        0,
        18,
    ),
    Metric(
        "rotor_speed",
        "rpm",
        "회전 속도",
        "Rotor speed",
        ("gas_turbine", "steam_turbine"),
        3600,
        0,
        0.6,
        2.5,
        0,
        3700,
    ),
    Metric(
        "lube_oil_pressure",
        "bar",
        "윤활유 압력",
        "Lube oil pressure",
        ("gas_turbine", "steam_turbine"),
        2.6,
        0.1,
        0.03,
        0.05,
        0,
        3.5,
    ),
    Metric(
        "steam_pressure",
        "bar",
        "증기 압력",
        "Steam pressure",
        ("hrsg", "steam_turbine"),
        124,
        3,
        3,
        1.2,
        0,
        140,
    ),
    Metric(
        "steam_temperature",
        "°C",
        "증기 온도",
        "Steam temperature",
        ("hrsg", "steam_turbine"),
        556,
        5,
        4,
        2,
        15,
        590,
    ),
    Metric("flow", "t/h", "유량", "Flow", ("hrsg", "pump"), 292, 18, 14, 5, 0, 420),
    Metric(
        "oil_temperature",
        "°C",
        "변압기 유온",
        "Transformer oil temperature",
        ("transformer",),
        61,
        5,
        6,
        1.2,
        10,
        105,
    ),
    Metric("cpu_usage", "%", "CPU 사용률", "CPU usage", ("server",), 34, 22, 11, 7, 0.5, 100),
    Metric(
        "memory_usage", "%", "메모리 사용률", "Memory usage", ("server",), 55, 20, 4, 2.5, 2, 100
    ),
    Metric(
        "disk_usage",
        "%",
        "디스크 사용률",
        "Disk usage",
        ("server", "storage"),
        58,
        24,
        0.4,
        0.3,
        1,
        100,
    ),
    Metric(
        "network_throughput",
        "Mbit/s",
        "네트워크 처리량",
        "Network throughput",
        ("switch", "router", "firewall"),
        610,
        260,
        190,
        60,
        0,
        2000,
    ),
    Metric(
        "response_time",
        "ms",
        "응답 시간",
        "Response time",
        ("application",),
        240,
        90,
        45,
        30,
        5,
        30000,
    ),
    Metric(
        "error_rate", "%", "오류율", "Error rate", ("application",), 0.6, 0.3, 0.1, 0.25, 0, 100
    ),
    Metric(
        "db_connections",
        "count",
        "DB 연결 수",
        "Database connections",
        ("database",),
        78,
        30,
        24,
        8,
        0,
        400,
    ),
)
IDLE = {
    "rotor_speed": 0.0,
    "power_output": 0.0,
    "flow": 0.0,
    "cpu_usage": 0.0,
    "response_time": 0.0,
}
"""Reading of a machine that stands still the whole time."""

SAMPLES_SQL = """
with clock as (
    select extract(epoch from t)::bigint as second, t
    from generate_series(
        %(start)s::timestamptz, %(end)s::timestamptz - interval '1 second',
        make_interval(secs => %(interval_seconds)s)) as t
), wave as (
    select t, second / 20 %% 1000003 as tick,
        sin((second + 32400) * 2 * pi() / 86400 - 2.1) as day, second / 41000.0 as slow
    from clock
)
insert into plant.metric_sample (ci_id, metric, observed_at, value)
select s.ci_id, s.metric, wave.t,
    round(100 * least(s.high, greatest(s.low,
        s.base + s.daily * (0.8 * wave.day + 0.2 * sin(wave.slow + s.phase))
        + s.noise * (roll.r %% 2000003 / 1000001.5 - 1)))) / 100
from (
    select * from unnest(
        %(ci_id)s::text[], %(metric)s::text[], %(base)s::float8[], %(daily)s::float8[],
        %(noise)s::float8[], %(low)s::float8[], %(high)s::float8[], %(phase)s::float8[],
        %(seed)s::bigint[])
        as series (ci_id, metric, base, daily, noise, low, high, phase, seed)
    order by ci_id, metric
) as s
cross join wave
cross join lateral (select (wave.tick * 7919 + s.seed) * 48271 %% 2147483647 as q) as first
cross join lateral (select first.q * (first.q %% 65537 + 1) %% 2147483647 as r) as roll
"""


def series(items: Iterable[Ci]) -> tuple[Series, ...]:
    """One series for each machine and each metric that its class has."""
    by_class: dict[str, list[Metric]] = {}
    for metric in METRICS:
        for ci_class in metric.classes:
            by_class.setdefault(ci_class, []).append(metric)
    return tuple(_series(ci, metric) for ci in items for metric in by_class.get(ci.ci_class, ()))


def _series(ci: Ci, metric: Metric) -> Series:
    rng = dice("series", ci.ci_id, metric.name)
    base = float(metric.base) + metric.spread * (2 * rng.random() - 1)
    if metric.name == "power_output" and ci.ci_id in ("ST-01", "ST-02", "GEN-05", "GEN-06"):
        base -= 80
    if ci.ci_class == "steam_turbine" and metric.name == "steam_pressure":
        base -= 6
    phase, seed = rng.random() * 6.28, rng.randrange(1, 1_000_000_007)
    idle = IDLE.get(metric.name)
    if (
        idle is not None
        and ci.status in ("stopped", "standby", "in_maintenance")
        and ci.ci_id not in ("GT-04", "HRSG-04", "GEN-04")
    ):
        return Series(ci.ci_id, metric.name, idle, 0.0, 0.0, idle, idle, phase, seed)
    scale = 0.6 + 0.8 * rng.random()
    return Series(
        ci.ci_id,
        metric.name,
        base,
        metric.daily * scale,
        metric.noise * scale,
        float(metric.low),
        float(metric.high),
        phase,
        seed,
    )
