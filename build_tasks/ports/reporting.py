"""Telling people what happens, and the time."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol


class Reporter(Protocol):
    """Tells the person (or the CI log) what is going on."""

    def step(self, title: str, reason: str = "") -> AbstractContextManager[None]:
        """A unit of work: shown with the time it takes and took last time; an exception marks it failed."""

    def side_by_side(self, titles: Mapping[str, str]) -> AbstractContextManager[None]:
        """Until it ends, steps of these titles run at the same time, each in a thread of its own.

        What happens in one is shown in one piece when it has ended; meanwhile one line says how far it is.

        :param titles: title of a step -> what its line is called, in the order to show.
        """

    def skip(self, title: str, reason: str) -> None:
        """Something that needs no work, and why."""

    def detail(self, line: str) -> None:
        """A line of a tool's output inside the current step."""

    def note(self, line: str) -> None:
        """A line the reader should see."""

    def warn(self, line: str) -> None:
        """Something that is not right but does not stop the work."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, with its zone (UTC)."""

    def elapsed(self) -> float:
        """Seconds since some moment in the past; they go on while the machine sleeps, and setting the clock
        changes nothing about them."""

    def pause(self, seconds: float) -> None:
        """Let that much time pass, between two looks at something that is awaited."""
