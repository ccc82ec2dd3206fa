"""What a test runner reported."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TestOutcome(StrEnum):
    """The ways a run of a test runner can end (a failed build of it is not one: nothing ran)."""

    __test__ = False

    PASSED = "passed"
    FAILED = "failed"
    CRASHED = "crashed"
    EMPTY = "empty"


@dataclass(frozen=True)
class TestCase:
    """A test that failed: its name and the first lines of its message."""

    __test__ = False

    name: str
    message: str


@dataclass(frozen=True)
class TestSummary:
    """One test run in numbers; ``seconds`` is the framework's own figure."""

    __test__ = False

    outcome: TestOutcome
    passed: int
    failed: int
    skipped: int
    seconds: float
    slowest: str = ""
    failures: tuple[TestCase, ...] = ()

    @property
    def line(self) -> str:
        """The summary line: ``12 passed, 0 failed, 1 skipped in 0.8 s (slowest: test_put 0.2 s)``."""
        slowest = f" (slowest: {self.slowest})" if self.slowest else ""
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
        return f"{counts} in {self.seconds:.1f} s{slowest}"
