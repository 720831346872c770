"""Sixty questions on the demo plant, thirty in each language."""

from __future__ import annotations

from plant.question import Question
from plant.questions_en import EN
from plant.questions_ko import KO

QUESTIONS: tuple[Question, ...] = (*KO, *EN)
