"""The words of a text are the same for a document and for whoever asks for it."""

from __future__ import annotations

import unicodedata

import pytest

from sources.vector.offline import OfflineEmbedder
from sources.vector.words import english_stem, words_of


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("pod crash looping", "KubePodCrashLooping"),
        ("kubepodcrashlooping", "KubePodCrashLooping"),
        ("gt-01", "GT-01"),
        ("db connections", "db_connections"),
        ("etcd quota", "etcdDatabaseQuotaLowSpace"),
        ("certificates", "certificate expired"),
        ("expiring", "expired"),
        ("ＧＴ－０１", "GT-01"),
    ],
)
def test_a_name_is_found_whole_and_by_its_parts(asked: str, written: str) -> None:
    """However the asker writes a name, one of its words is shared."""
    assert set(words_of(asked)) & set(words_of(written))


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("윤활유가", "윤활유를"),
        ("서버에서", "서버"),
        ("장애조치", "장애 조치"),
        ("디스크용량", "디스크 용량 부족"),
        ("클러스터로부터", "클러스터는"),
    ],
)
def test_korean_is_found_behind_particles_and_inside_compounds(asked: str, written: str) -> None:
    """Particles do not matter, nor does a space more or less."""
    assert set(words_of(asked)) & set(words_of(written))


def test_words_that_share_nothing_stay_apart() -> None:
    """The stemmer does not make everything one."""
    assert not set(words_of("서버 재시작")) & set(words_of("펌프 점검"))
    assert english_stem("class") == "class"
    assert english_stem("bus") == "bus"


def test_the_same_text_gives_the_same_vector_of_length_one() -> None:
    """Deterministic, normalised, of the asked dimension, whatever the composition of Hangul."""
    import numpy as np

    embedder = OfflineEmbedder(512)
    first, second, spread = embedder.embed(
        ["윤활유 압력 저하", "윤활유 압력 저하", unicodedata.normalize("NFD", "윤활유 압력 저하")]
    )
    assert first.shape == (512,)
    assert np.array_equal(first, second)
    assert np.array_equal(first, spread)
    assert abs(float(np.linalg.norm(first)) - 1) < 1e-5
    assert embedder.id == "offline/jamo-ngrams/512"


def test_the_vector_is_the_same_on_every_machine() -> None:
    """Its places are fixed: an index outlives a version of Python or numpy."""
    vector = OfflineEmbedder(64).embed(["GT-01 진동"])[0]
    strongest = sorted(range(64), key=lambda at: -abs(float(vector[at])))[:2]
    assert strongest == [30, 25]


def test_a_misspelt_word_is_near_and_another_is_far() -> None:
    """One jamo wrong stays nearer than another word."""
    embedder = OfflineEmbedder(1024)
    right, wrong, other = embedder.embed(["윤활유 압력 저하", "윤할유 압력 저하", "네트워크 지연"])
    assert float(right @ wrong) > 0.6
    assert float(right @ other) < 0.3


def test_a_text_without_a_word_is_all_zeros() -> None:
    """It is near to nothing."""
    assert not OfflineEmbedder(64).embed(["", "!!!"])[0].any()
