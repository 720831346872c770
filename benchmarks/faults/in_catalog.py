"""Faults in the catalog's meaning: units, metrics, labels, times, names."""

from faults.edit import Edit

_CATALOG = "schema_catalog:plant"

CATALOG_FAULTS = (
    Edit(
        "wrong_unit",
        _CATALOG,
        "power output is told in kW",
        (
            (
                "      where: {metric: power_output}\n      unit: MW",
                "      where: {metric: power_output}\n      unit: kW",
            ),
        ),
    ),
    Edit(
        "wrong_metric",
        _CATALOG,
        "the exhaust temperature reads the steam's",
        (("where: {metric: exhaust_temperature}", "where: {metric: steam_temperature}"),),
    ),
    Edit(
        "labels_swapped",
        _CATALOG,
        "the names of critical and of major events change places",
        (
            ("{value: critical, names: {ko: [심각,", "{value: MAJOR, names: {ko: [심각,"),
            ("{value: major, names: {ko: [중대,", "{value: critical, names: {ko: [중대,"),
            ("{value: MAJOR,", "{value: major,"),
        ),
    ),
    Edit(
        "time_column_swapped",
        _CATALOG,
        "work orders of a window are those completed in it, instead of requested",
        (("plant.work_order: requested_at", "plant.work_order: completed_at"),),
    ),
    Edit(
        "oldest_is_newest",
        _CATALOG,
        "the words for the latest and the earliest installation change places",
        (
            (
                "          high:\n            ko: [가장 최신,",
                "          LOW:\n            ko: [가장 최신,",
            ),
            (
                "          low:\n            ko: [가장 오래된,",
                "          high:\n            ko: [가장 오래된,",
            ),
            ("          LOW:\n", "          low:\n"),
        ),
    ),
    Edit(
        "wrong_synonym",
        _CATALOG,
        "what is in maintenance is looked for among the degraded",
        (
            ("ko: [정비 중, 정비중인, 점검 중, 정비 상태]", "ko: [점검 중]"),
            (
                "en: [in maintenance, under maintenance, being serviced]",
                "en: [being serviced]",
            ),
            (
                "ko: [성능 저하, 저하, 열화, 저하 상태], en: [degraded, impaired]",
                "ko: [성능 저하, 저하, 열화, 저하 상태, 정비 중, 정비중인, 정비 상태], "
                "en: [degraded, impaired, in maintenance, under maintenance]",
            ),
        ),
    ),
    Edit(
        "table_disabled",
        _CATALOG,
        "maintenance is out of sight for free look-ups",
        (
            (
                "is being done, with its cost and result.\n",
                "is being done, with its cost and result.\n      enabled: false\n",
            ),
        ),
    ),
)
