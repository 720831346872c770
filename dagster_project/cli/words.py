"""The command line's own words, in the language of the answer."""

from __future__ import annotations

from dagster_project.contracts.value import Language

_WORDS: dict[str, tuple[str, str]] = {
    "references": ("근거", "References"),
    "choose": ("선택", "Choose"),
    "next": ("다음", "Next"),
    "missing": ("빠진 것", "Missing"),
    "rows": ("행", "rows"),
    "of": ("중", "of"),
    "folded": ("접힘", "folded"),
    "shown": ("표시", "shown"),
    "minimum": ("최소", "min"),
    "maximum": ("최대", "max"),
    "last": ("마지막", "last"),
    "as_of": ("기준 시각", "as of"),
    "unreferenced": ("근거 없음", "no reference"),
    "no_such_entity": ("그런 대상이 없습니다", "no such thing"),
    "not_permitted": ("볼 권한이 없습니다", "not permitted"),
    "source_down": ("데이터 원천에 연결할 수 없습니다", "the source could not be asked"),
    "source_stale": ("데이터가 오래되었습니다", "the source's data is older than asked"),
    "filtered_out": ("조건에 맞는 데이터 범위가 아닙니다", "outside what the source holds"),
    "true_zero": ("없음 (0건)", "none (a true zero)"),
    "success": ("성공", "success"),
    "partial": ("일부", "partial"),
    "degraded": ("저하", "degraded"),
    "failed": ("실패", "failed"),
}


def word(key: str, language: Language) -> str:
    korean, english = _WORDS[key]
    return korean if language == "ko" else english
