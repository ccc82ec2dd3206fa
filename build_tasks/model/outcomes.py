"""How a task on several services ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from build_tasks.errors import ExitCode


@dataclass(frozen=True)
class ServiceOutcome:
    """How it ended for one service.

    :param outcome: ``ok``, or the name of the exit code in words: ``tests failed``.
    :param exit_code: what the task on this service alone would have ended with.
    :param seconds: on the wall, without the wait for its turn.
    :param summary: the tests' counts, or why it failed; empty when there is no more to say.
    """

    service: str
    outcome: str
    exit_code: int
    seconds: float
    summary: str


def common_code(codes: Iterable[ExitCode]) -> ExitCode:
    """The exit code of a task on several services: that of the failures if all have the same, else FAILED."""
    failures = {code for code in codes if code is not ExitCode.OK}
    if not failures:
        return ExitCode.OK
    return failures.pop() if len(failures) == 1 else ExitCode.FAILED
