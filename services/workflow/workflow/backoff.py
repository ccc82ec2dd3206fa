"""How long to wait before the next try."""

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Backoff:
    """Twice as long after each failure, and up to a quarter longer, so that what failed together does not
    come back together."""

    first_seconds: float
    most_seconds: float
    chance: Callable[[], float] = random.random

    def after(self, failures: int) -> float:
        """Seconds to wait after that many failures (1 or more) in a row."""
        doubled = min(self.first_seconds * 2.0 ** min(failures - 1, 30), self.most_seconds)
        return doubled * (1 + self.chance() / 4)
