"""What the job `ask` takes, and how it becomes an Ask."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dagster_project.contracts.errors import InvalidRequest
from dagster_project.defs.ask import AskConfig, Language


def test_only_a_question_is_needed() -> None:
    """Everything else has the default of the contract."""
    ask = AskConfig(question="P-1 상태").to_ask(None)
    assert (ask.user, ask.tenant, ask.roles) == ("anonymous", "default", ("operator",))
    assert (ask.language, ask.as_of, ask.release_id, ask.test_mode) == (None, None, None, False)


def test_everything_given_is_handed_through() -> None:
    """Language, instant, overrides and the pinned release reach the ask; overrides make a test."""
    config = AskConfig(
        question="q",
        language=Language.ko,
        as_of="2026-02-04T09:00:00+09:00",
        overrides={"query:a": "a:2"},
    )
    ask = config.to_ask("r-1")
    assert ask.language == "ko"
    assert ask.as_of is not None
    assert ask.as_of.astimezone(UTC) == datetime(2026, 2, 4, tzinfo=UTC)
    assert (ask.release_id, ask.asset_overrides, ask.test_mode) == ("r-1", {"query:a": "a:2"}, True)


@pytest.mark.parametrize("text", ["yesterday", "2026-02-04T09:00:00", "2026-02-30T00:00:00Z"])
def test_an_instant_that_says_no_time_for_sure_is_refused(text: str) -> None:
    """Without an offset the machine's own zone would decide what "now" means."""
    with pytest.raises(InvalidRequest, match="as_of"):
        AskConfig(question="q", as_of=text).to_ask(None)
