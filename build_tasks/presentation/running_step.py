"""A step while it runs, and what draws it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

#: Lines of a tool's output kept for a CI's folded block.
DETAILS_KEPT = 2000
#: Lines of a tool's output shown when its step fails.
DETAILS_OF_A_FAILURE = 15


@dataclass(eq=False)
class RunningStep:
    """:param started: monotonic seconds; ``expected``: seconds it took the last time, if known."""

    title: str
    reason: str
    started: float
    expected: float | None = None
    parent: RunningStep | None = None
    children: int = 0
    details: deque[str] = field(default_factory=lambda: deque(maxlen=DETAILS_KEPT))

    @property
    def depth(self) -> int:
        return 0 if self.parent is None else self.parent.depth + 1


class View(Protocol):
    """Draws steps. Called by one thread at a time; every text it gets is printable."""

    def started(self, step: RunningStep) -> None: ...

    def finished(self, step: RunningStep, seconds: float, error: BaseException | None) -> None: ...

    def detail(self, step: RunningStep, line: str) -> None: ...

    def skipped(self, title: str, reason: str, depth: int) -> None: ...

    def note(self, line: str, depth: int) -> None: ...

    def warned(self, line: str, depth: int) -> None: ...

    def still(self, step: RunningStep, seconds: float) -> None:
        """A sign of life of a step that takes long."""
