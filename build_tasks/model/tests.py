"""What a test runner reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from build_tasks.errors import ExitCode, FlowError


class TestOutcome(StrEnum):
    """The ways a run of a test runner can end (a failed build of it is not one: nothing ran)."""

    __test__ = False

    PASSED = "passed"
    FAILED = "failed"
    CRASHED = "crashed"
    EMPTY = "empty"


class CaseResult(StrEnum):
    """How one test ended. An error is a failure before or outside the test's own claims."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class TestCase:
    """One test, whatever framework it is of.

    :param suite: what it belongs to, in its framework's words: class, package, file and blocks; or empty.
    :param message: why it failed or was skipped.
    :param file: where, in the repository if it could be found there, else as its framework says; or empty.
    :param line: of that file, from 1; 0 if not known.
    :param excerpt: of a failure the few lines of the message that matter.
    """

    __test__ = False

    suite: str
    name: str
    result: CaseResult
    seconds: float = 0.0
    message: str = ""
    file: str = ""
    line: int = 0
    excerpt: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What people call it."""
        return f"{self.suite}::{self.name}" if self.suite else self.name

    @property
    def is_bad(self) -> bool:
        """It speaks against the service."""
        return self.result in (CaseResult.FAILED, CaseResult.ERROR)


@dataclass(frozen=True)
class TestReport:
    """What one file says: the tests in it, and what is wrong with the file, if anything."""

    __test__ = False

    cases: tuple[TestCase, ...]
    damage: str = ""


@dataclass(frozen=True)
class TestSummary:
    """One test run in numbers.

    :param seconds: the framework's own figure.
    :param matching: the expression that the run was limited to by (``--filter``): whatever came of it says
        nothing of the other tests. Empty: all tests ran.
    """

    __test__ = False

    outcome: TestOutcome
    passed: int
    failed: int
    skipped: int
    seconds: float
    slowest: str = ""
    failures: tuple[TestCase, ...] = ()
    damage: str = ""
    matching: str = ""

    @property
    def line(self) -> str:
        """The summary line: ``12 passed, 0 failed, 1 skipped in 0.8 s (slowest: test_put 0.2 s)``."""
        slowest = f" (slowest: {self.slowest})" if self.slowest else ""
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
        limited = f"; only what matches {self.matching!r}" if self.matching else ""
        return f"{counts} in {self.seconds:.1f} s{slowest}{limited}"


class TestRunError(FlowError):
    """A run of tests that is no pass.

    :param summary: with its failures, each with its place in the repository and its excerpt: what annotations
        in a CI system are made of.
    """

    __test__ = False

    def __init__(
        self, what: str, why: str, fix: str, summary: TestSummary, *, details: Sequence[str] = ()
    ) -> None:
        super().__init__(what, why, fix, code=_CODES[summary.outcome], details=details)
        self.summary = summary


_CODES = {
    TestOutcome.FAILED: ExitCode.TESTS_FAILED,
    TestOutcome.CRASHED: ExitCode.RUNNER_CRASHED,
    TestOutcome.EMPTY: ExitCode.NO_TESTS,
}
