"""A clock that moves when it is told to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass
class FakeClock:
    """The port ``Clock``; a pause takes no time but moves the clock.

    :param pauses: seconds of every pause, in order.
    """

    time: datetime = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    pauses: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += timedelta(seconds=seconds)
