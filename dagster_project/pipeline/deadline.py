"""The moment by which an ask must be answered."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadline:
    """Handed to whatever may wait. Unit: seconds of `time.perf_counter`."""

    at: float

    @property
    def remaining_seconds(self) -> float:
        """Negative once it has passed."""
        return self.at - time.perf_counter()
