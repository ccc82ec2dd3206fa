"""A step while it runs, and what draws it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

#: Lines of a tool's output kept for a CI's folded block.
DETAILS_KEPT = 2000
#: Lines of a tool's output shown when its step fails.
DETAILS_OF_A_FAILURE = 15


@dataclass(eq=False)
class RunningStep:
    """
    :param started: monotonic seconds; ``expected``: seconds it took the last time, if known.
    :param children: steps in it that are running; ``begun``: those that ever were.
    :param skipped: what in it needed no work.
    """

    title: str
    reason: str
    started: float
    expected: float | None = None
    parent: RunningStep | None = None
    children: int = 0
    begun: int = 0
    skipped: int = 0
    details: deque[str] = field(default_factory=lambda: deque(maxlen=DETAILS_KEPT))

    @property
    def idle(self) -> bool:
        """Whether all there was to do in it was skipped: then its time says nothing about the work."""
        return self.skipped > 0 and self.begun == 0

    @property
    def depth(self) -> int:
        return 0 if self.parent is None else self.parent.depth + 1


@dataclass(eq=False)
class Row:
    """The line of a step that runs beside others.

    :param title: of its step; ``label``: what the line is called.
    :param step: what is being done, the innermost; None before it has begun and when it has ended.
    :param started: monotonic seconds; None before it has begun.
    :param seconds: how long it took; None before it has ended.
    """

    title: str
    label: str
    expected: float | None = None
    step: RunningStep | None = None
    started: float | None = None
    seconds: float | None = None
    error: BaseException | None = None


def depth_within(step: RunningStep | None) -> int:
    """How deep something lies that happens within a step (None: outside of any)."""
    return 0 if step is None else step.depth + 1


class View(Protocol):
    """Draws steps. Called by one thread at a time; every text it gets is printable.

    ``within`` is the step that something happens in, None outside of any.
    """

    def started(self, step: RunningStep) -> None: ...

    def finished(self, step: RunningStep, seconds: float, error: BaseException | None) -> None: ...

    def detail(self, step: RunningStep, line: str) -> None: ...

    def skipped(self, title: str, reason: str, within: RunningStep | None) -> None: ...

    def note(self, line: str, within: RunningStep | None) -> None: ...

    def warned(self, line: str, within: RunningStep | None) -> None: ...

    def still(self, step: RunningStep, seconds: float) -> None:
        """A sign of life of a step that takes long."""


class Surface(View, Protocol):
    """A view that can also show steps that run beside each other."""

    def rows(self, rows: Sequence[Row]) -> None:
        """Lines to keep in sight, where lines can be drawn over, until the next call; none ends it."""

    def block(self, title: str, lines: Sequence[str], explanation: Sequence[str]) -> None:
        """Everything about a step that has ended; the explanation of its failure is never folded away."""
