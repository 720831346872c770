"""What the stages say, in the question's language."""

from __future__ import annotations

import re

from dagster_project.contracts.empty import EmptyReason
from dagster_project.contracts.plan import OpenSlot
from dagster_project.contracts.value import Language

_EMPTY: dict[EmptyReason, tuple[str, str]] = {
    "no_such_entity": ("그런 이름의 대상이 없습니다.", "There is nothing of that name."),
    "not_permitted": ("이 역할로는 볼 수 없습니다.", "Your role may not see this."),
    "source_down": ("데이터 소스가 응답하지 않았습니다.", "The data source did not answer."),
    "source_stale": (
        "요청한 기간의 데이터가 아직 들어오지 않았습니다.",
        "The source's newest data is older than the window you asked for.",
    ),
    "filtered_out": (
        "요청한 기간은 보유한 데이터의 범위 밖입니다.",
        "The window you asked for lies outside the data held.",
    ),
    "true_zero": ("조회 결과 해당 건이 없습니다 (0건).", "Asked and answered: there are none (0)."),
}
_TEXTS: dict[str, tuple[str, str]] = {
    "rows": ("{purpose}: 총 {rows}건입니다.", "{purpose}: {rows} in total."),
    "scalar": ("{label}: {value}", "{label}: {value}"),
    "compared": (
        "{later_label}: {later}, {earlier_label}: {earlier}, 차이: {change}",
        "{later_label}: {later}; {earlier_label}: {earlier}; change: {change}",
    ),
    "ranged": (
        "{label}: 최소 {low}, 최대 {high}, 마지막 {last}",
        "{label}: from {low} to {high}, last {last}",
    ),
    "leading": ("{name}: {value} ({label})", "{name}: {value} ({label})"),
    "walked": ("{purpose}: {hops}홉 안에 {rows}건", "{purpose}: {items} within {deep}"),
    "walked_cut": ("{purpose}: {rows}건 이상", "{purpose}: {items} or more"),
    "led": (
        "{start}에서 {end}까지: {hops}홉, 경로 {rows}개",
        "{start} to {end}: {deep}, {ways}",
    ),
    "led_cut": (
        "{start}에서 {end}까지: {hops}홉, 경로 {rows}개 이상",
        "{start} to {end}: {deep}, {ways} or more",
    ),
    "quoted": ("가장 맞는 문서: '{place}'", "Best match: '{place}'"),
    "cut_graph": (
        "{purpose}: 그림에는 {total}개 중 {shown}개만 있습니다.",
        "{purpose}: the picture has {shown} of {total}.",
    ),
    "cut_graph_unknown": (
        "{purpose}: 그림에는 {shown}개까지만 있습니다.",
        "{purpose}: the picture has the first {shown}.",
    ),
    "cut_ways": (
        "{purpose}: 경로를 {shown}개까지만 보여 드립니다.",
        "{purpose}: showing the first {shown} of the ways.",
    ),
    "beside_tree": ("그 밖의 관계 {count}개", "{count} more relations among them"),
    "matched_all": (
        "{places}: {given}건이 모두 연결되었습니다.",
        "All {given} matched across {places}.",
    ),
    "matched_some": (
        "{places}: {given}건 중 {matched}건이 연결되었습니다. 나머지 {unmatched}건은 없습니다: "
        "{names}",
        "{matched} of {given} matched across {places}; these {unmatched} did not: {names}",
    ),
    "matched_but_one": (
        "{places}: {given}건 중 {matched}건이 연결되었습니다. 나머지 {unmatched}건은 없습니다: "
        "{names}",
        "{matched} of {given} matched across {places}; this one did not: {names}",
    ),
    "two_places": ("{left}과(와) {right}", "{left} and {right}"),
    "missing": ("{purpose}은(는) 답에서 빠졌습니다: {why}", "{purpose} is missing: {why}"),
    "assumed": (
        "기간을 말하지 않아 최근 {window}을(를) 기준으로 했습니다.",
        "No time was given; the last {window} was used.",
    ),
    "impact_slot": (
        "하나를 고르면 그대로 답합니다.",
        "Answered as soon as one is chosen.",
    ),
    "impact_blocked": ("허용된 조회: {allowed}", "Allowed instead: {allowed}"),
    "impact_fatal": (
        "다시 해도 같은 오류이므로 멈췄습니다. 조회 자산을 고쳐야 합니다.",
        "Trying again would fail the same way; the query asset has to be mended.",
    ),
    "impact_gone": (
        "소스가 제한 안에 답하지 않아 멈췄습니다. 나머지는 답했습니다.",
        "The source did not answer within the limits; the rest is answered.",
    ),
    "impact_retry": ("다시 시도합니다: {steps}", "Trying again: {steps}"),
    "impact_limit": ("재계획 한도에 이르러 멈췄습니다.", "The limit of replans is reached."),
    "impact_wider": (
        "{before} 안에 자료가 없어 {after}로 넓힙니다.",
        "Nothing within {before}; widening to {after}.",
    ),
    "gave_window": (
        "더 짧은 기간에는 자료가 없어 최근 {after}까지 넓혔습니다.",
        "Nothing in a shorter time, so the last {after} were used.",
    ),
    "impact_fewer": ("'{word}' 없이 다시 찾습니다.", "Searching again without '{word}'."),
    "gave_word": (
        "모든 낱말이 든 것이 없어 '{word}' 없이 찾았습니다.",
        "Nothing holds all the words; '{word}' was left out.",
    ),
    "impact_outside": (
        "자료가 있는 기간을 고르면 답할 수 있습니다.",
        "A window that the data covers can be answered.",
    ),
    "impact_evidence": ("'{purpose}'을(를) 더해 봅니다.", "Adding '{purpose}' as evidence."),
    "impact_coarser": (
        "점이 너무 많아 {before} 대신 {after} 단위로 봅니다.",
        "Too many points by {before}; using {after}.",
    ),
    "gave_grain": (
        "점이 너무 많아 {before} 대신 {after} 단위로 묶었습니다.",
        "Too many points by {before}, so they are shown by {after}.",
    ),
    "impact_cut": (
        "묶어서 세거나 좁히면 전체를 볼 수 있습니다.",
        "Counted by a column, all of it can be seen.",
    ),
    "by_count": ("{column}별 건수로 보기", "Count by {column}"),
    "withheld": (
        "이 역할에는 보이지 않는 항목을 뺐습니다: {columns}",
        "Left out, as your role may not see it: {columns}",
    ),
    "taken": (
        "여러 대상이 같은 이름을 씁니다. 이렇게 이해했습니다: {taken}",
        "Several things share a name. Taken as: {taken}",
    ),
    "not_used": ("다음 말은 반영하지 못했습니다: {words}", "Not taken into account: {words}"),
    "cut": (
        "{purpose}: 전체 {total}건 중 {shown}건을 보여 드립니다.",
        "{purpose}: showing {shown} of {total}.",
    ),
    "cut_unknown": (
        "{purpose}: {shown}건까지만 보여 드립니다.",
        "{purpose}: showing the first {shown}.",
    ),
    "ask_missing": ("{slot}을(를) 알려 주세요.", "Which {slot} do you mean?"),
    "ask_ambiguous": (
        "'{mention}'은(는) 여러 대상을 뜻할 수 있습니다. 어느 것인가요?",
        "'{mention}' may mean several things. Which one?",
    ),
    "ask_no_such_entity": (
        "'{mention}'이라는 대상은 없습니다.{nearest}",
        "There is no '{mention}'.{nearest}",
    ),
    "ask_no_such_value": (
        "'{mention}'이라는 값은 없습니다.{nearest}",
        "No value '{mention}'.{nearest}",
    ),
    "ask_unread_time": (
        "'{mention}'이(가) 언제인지 알 수 없습니다. 기간을 정해 주세요.",
        "I cannot tell when '{mention}' is. Please give a time.",
    ),
    "nearest": (" 혹시 이것인가요? {choices}", " Did you mean {choices}?"),
    "nothing_ran": ("실행할 수 있는 조회가 없습니다.", "Nothing could be asked."),
    "evidence": ("근거", "Evidence"),
    "open_trace": ("추적 보기", "Open the trace"),
    "deeper": ("한 홉 더 멀리 보기 ({depth}홉)", "One hop further ({depth} hops)"),
    "against": ("반대 방향으로 보기", "The other way round"),
    "way_to": ("{end}까지의 경로 보기", "How it leads to {end}"),
    "all_passages": ("찾은 구절 모두 보기", "All passages that were found"),
    "export": ("표를 CSV로 저장", "Save the table as CSV"),
    "widen": ("기간을 {span}으로(로) 넓히기", "Widen to the {span}"),
    "narrow": ("기간을 {span}으로(로) 좁히기", "Narrow to the {span}"),
}

_RIEUL = 8
_WINDOW_WORDS = {
    "m": ("분", "minutes"), "h": ("시간", "hours"), "d": ("일", "days"), "w": ("주", "weeks"),
}  # fmt: skip
_JOSA = re.compile(r"(.['’]?)(을|은|이|으로|과)\((를|는|가|로|와)\)")


def say(key: str, language: Language, **values: object) -> str:
    """A text of the house with its values filled in."""
    korean, english = _TEXTS[key]
    if language == "en":
        return english.format(**values)
    return _JOSA.sub(_fitting, korean.format(**values))


def _fitting(match: re.Match[str]) -> str:
    """The particle that follows a final consonant, or the one that follows a vowel."""
    before, closed, opened = match.groups()
    last = before[0]
    if closed == "으로" and "가" <= last <= "힣" and (ord(last) - ord("가")) % 28 == _RIEUL:
        return before + opened
    has_final = "가" <= last <= "힣" and (ord(last) - ord("가")) % 28 > 0
    return before + (closed if has_final else opened)


def say_empty(reason: EmptyReason, language: Language) -> str:
    korean, english = _EMPTY[reason]
    return korean if language == "ko" else english


def window_words(text: str, language: Language) -> str:
    """`24h` as people say it; other texts as they are."""
    if not re.fullmatch(r"\d+[mhdw]", text):
        return text
    korean, english = _WINDOW_WORDS[text[-1]]
    return f"{text[:-1]}{korean}" if language == "ko" else f"{text[:-1]} {english}"


def ask_back(slot: OpenSlot, language: Language) -> str:
    """The question that an open slot puts to the person."""
    choices = ", ".join(choice.label for choice in slot.choices)
    nearest = say("nearest", language, choices=choices) if choices else ""
    return say(
        f"ask_{slot.reason}", language, slot=slot.slot, mention=slot.mention, nearest=nearest
    )
