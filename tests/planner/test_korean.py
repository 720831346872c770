"""Korean particles: what may follow a noun without making another word."""

from __future__ import annotations

import time

import pytest

from dagster_project.planner.korean import is_particle_tail, strip_particles

PARTICLES = """
을 를 이 가 은 는 의 에 에서 에게 로 으로 와 과 랑 도 만 별 들 부터 까지 보다
마다 중 인 인가 이야 야 요 입니까 이며 하고 에서는
들의 별로 으로만 까지의 에서도 들은 중에 중에서 이나 이라도 인가요 인지 들에게
"""
OTHER_WORDS = """
드 체 반 기 호기 목록 실 월 번 상태 압력 개 대 건 로그 이력 의사
"""


@pytest.mark.parametrize("tail", PARTICLES.split())
def test_particles_are_a_tail(tail: str) -> None:
    """Postpositions, copulas and light endings, also in a row, are a tail."""
    assert is_particle_tail(tail)


@pytest.mark.parametrize("tail", OTHER_WORDS.split())
def test_other_syllables_are_not(tail: str) -> None:
    """Syllables that make another word are no tail."""
    assert not is_particle_tail(tail)


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("서버는", "서버"),
        ("GT-01의", "GT-01"),
        ("상태를", "상태"),
        ("서버들에서는", "서버"),
        ("구역별로", "구역"),
    ],
)
def test_stems_come_longest_first(word: str, stem: str) -> None:
    """The word itself comes first, then shorter stems; the noun is one of them."""
    stems = strip_particles(word)
    assert stems[0] == word
    assert stem in stems
    assert [len(s) for s in stems] == sorted(map(len, stems), reverse=True)


def test_a_long_tail_takes_no_time() -> None:
    """A page of particles is refused at once: no backtracking."""
    start = time.process_time()
    assert not is_particle_tail("에서는" * 10_000)
    assert len(strip_particles("는" * 5_000)) <= 14
    assert time.process_time() - start < 0.5
