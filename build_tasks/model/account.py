"""What became of a plan that a CI job carried out, for those who read about it afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Ending(StrEnum):
    """How a step of a plan ended. ``UNCHANGED``: all that there was to do in it had been done before."""

    DONE = "done"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    NOT_REACHED = "not reached"


@dataclass(frozen=True)
class StepAccount:
    """One action of the plan.

    :param remarks: what was said about it meanwhile: counts, digests, reasons of skips, warnings, its error.
    """

    title: str
    reason: str
    ending: Ending = Ending.NOT_REACHED
    seconds: float = 0.0
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class TestsAccount:
    """The unit tests of one service.

    :param report: all of them as JUnit XML.
    """

    __test__ = False

    service: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    report: Path


class Level(StrEnum):
    """How bad it is what an annotation says."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Annotation:
    """A line that a CI system shows beside the log, at the place it is about.

    :param message: one line or several.
    :param file: path from the repository's root; empty if it is about no file.
    :param line: of that file, from 1; 0 if not known.
    """

    level: Level
    message: str
    title: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True)
class RunAccount:
    """All of it.

    :param because: what called for the plan; ``skipped``: what was left out of it, and why.
    :param broken: the tests that failed.
    :param following: commands to type next.
    """

    because: str
    steps: tuple[StepAccount, ...] = ()
    skipped: tuple[str, ...] = ()
    tests: tuple[TestsAccount, ...] = ()
    broken: tuple[Annotation, ...] = ()
    following: tuple[str, ...] = ()

    @property
    def went_well(self) -> bool:
        return all(step.ending in (Ending.DONE, Ending.UNCHANGED) for step in self.steps)
