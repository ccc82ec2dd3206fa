"""A clock that moves when it is told to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass
class FakeClock:
    """The port ``Clock``; a pause takes no time but moves the clock.

    :param pauses: seconds of every pause, in order.
    :param asleep: seconds that passed while nobody was there to pause.
    :param on_pause: what happens elsewhere meanwhile.
    """

    time: datetime = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    pauses: list[float] = field(default_factory=list)
    asleep: float = 0.0
    on_pause: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return self.time

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += timedelta(seconds=seconds)
        self.on_pause()

    def elapsed(self) -> float:
        return sum(self.pauses) + self.asleep
