"""Questions on the demo plant, thirty and more in each language."""

from __future__ import annotations

from plant.question import Question
from plant.questions_en import EN
from plant.questions_ko import KO

QUESTIONS: tuple[Question, ...] = (*KO, *EN)
