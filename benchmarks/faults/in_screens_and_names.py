"""Faults in what is shown (mappings, screens), in what machines are called, and in the source."""

from faults.edit import Edit

SCREEN_FAULTS = (
    Edit(
        "mapping_swap",
        "mapping:plant_explore",
        "time series come as bars and groups as lines over time",
        (
            ("        - {type: timeseries}\n", "        - {type: CHART}\n"),
            (
                "    - when: [grouped]\n      blocks:\n        - {type: chart}\n",
                "    - when: [grouped]\n      blocks:\n        - {type: timeseries}\n",
            ),
            ("        - {type: CHART}\n", "        - {type: chart}\n"),
        ),
    ),
    Edit(
        "unit_column_hidden",
        "mapping:ci_latest_metrics",
        "the table of readings has no column for the unit",
        (("columns: [metric, value, unit, observed_at]", "columns: [metric, value, observed_at]"),),
    ),
    Edit(
        "mapping_cuts_rows",
        "mapping:plant_explore",
        "tables of free look-ups show five rows",
        (("max_rows: 50", "max_rows: 5"),),
    ),
    Edit(
        "screen_hides_block",
        "screen:default",
        "single figures are not shown",
        (("    - {block: number}\n", ""),),
    ),
    Edit(
        "references_hidden",
        "screen:default",
        "no evidence is shown under answers",
        (("  references: list\n", "  references: hidden\n"),),
    ),
)

NAME_FAULTS = (
    Edit(
        "alias_collision",
        "resolver:plant",
        "ERP is the name of two things",
        (
            (
                "key: SYS-MES, aliases: [MES, MES 시스템, MES system]",
                "key: SYS-MES, aliases: [MES, MES 시스템, MES system, ERP, ERP 시스템, ERP system]",
            ),
        ),
    ),
    Edit(
        "alias_of_another",
        "resolver:plant",
        "the names of gas turbine 2 mean gas turbine 3",
        (("key: GT-02, aliases: [가스터빈 2호기", "key: GT-03, aliases: [가스터빈 2호기"),),
    ),
    Edit(
        "source_moved",
        "source:plant_db",
        "the source is said to be at an address where nothing listens",
        (
            (
                "environment: mock\n  seed: combined_cycle_plant\n",
                "environment: real\n"
                "  connection: {host: 127.0.0.1, port: 9, database: plant, user: reader}\n",
            ),
        ),
    ),
)
