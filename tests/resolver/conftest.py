"""A small plant of names: Korean and English, shared nicknames, systems without numbers."""

from __future__ import annotations

from datetime import date

import pytest

from dagster_project.contracts.assets.resolver import AliasGroup, PatternRule, ResolverSpec
from dagster_project.resolver.index import EntityIndex
from dagster_project.resolver.names import EntityName

TODAY = date(2026, 1, 20)


def plant_names() -> list[EntityName]:
    turbines = [
        EntityName("ci", f"GT-{n:02d}", f"가스터빈 {n}호기", f"Gas Turbine {n}", (), "gas_turbine")
        for n in range(1, 5)
    ]
    steam = [
        EntityName(
            "ci", f"ST-{n:02d}", f"증기터빈 {n}호기", f"Steam Turbine {n}", ("1호기",)[: 2 - n]
        )
        for n in (1, 2)
    ]
    servers = [EntityName("ci", f"SRV-{n:03d}", f"서버 {n}", f"Server {n}") for n in range(1, 61)]
    systems = [
        EntityName("ci", "SYS-ERP", "전사자원관리", "Enterprise Planning", ("ERP",)),
        EntityName("ci", "SYS-DCS", "분산제어시스템", "Distributed Control", ("DCS",)),
        EntityName("ci", "DB-01", "몽고디비", "MongoDB"),
        EntityName("ci", "SYS-GO", "고 서비스", "Go"),
        EntityName("ci", "SYS-HI", "하이 서비스", "hi"),
        EntityName("ci", "CT-01", "냉각탑", "Cooling Tower"),
        EntityName("ci", "BFP-01", "보일러 급수펌프", "Boiler Feed Pump"),
        EntityName("ci", "TR-01", "주변압기", "Main Transformer"),
    ]
    return [*turbines, *steam, *servers, *systems]


def plant_spec() -> ResolverSpec:
    return ResolverSpec(
        alias_groups=(
            AliasGroup(entity="ci", key="GT-01", aliases=("turbine-01", "1호기", "지티 원")),
            AliasGroup(entity="ci", key="GT-02", aliases=("둘째",), expires=date(2026, 1, 19)),
            AliasGroup(entity="ci", key="GT-03", aliases=("셋째",), expires=date(2026, 1, 20)),
            AliasGroup(entity="ci", key="GT-77", aliases=("유령",)),
        ),
        pattern_rules=(
            PatternRule(entity="ci", pattern=r"(?i)gt[-_ ]?0?(\d{1,2})", key="GT-{1:02d}"),
            PatternRule(entity="ci", pattern=r"서버 ?0{0,2}(\d{1,3})번?", key="SRV-{1:03d}"),
            PatternRule(entity="ci", pattern=r"(?i)machine (\d+)", key="SRV-{1:03d}"),
        ),
    )


@pytest.fixture(scope="session")
def index() -> EntityIndex:
    return EntityIndex.build([plant_spec()], plant_names(), today=TODAY)
