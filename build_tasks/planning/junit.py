"""JUnit XML to one summary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any

from build_tasks.model.tests import TestCase, TestOutcome, TestSummary

#: Lines of a failure's message that are shown.
_LINES = 12


def summarise(reports: Sequence[bytes], status: int) -> TestSummary:
    """Sum up what a test runner left behind.

    :param reports: its JUnit XML files.
    :param status: the exit status of its container.
    :returns: CRASHED for reports that cannot be read, or a bad status although nothing failed; EMPTY if
        nothing ran (pytest then ends with 5, so an empty report decides before the status) or all that
        there is was skipped: nothing was tested.
    """
    cases = _cases(reports)
    if cases is None or (not cases and status not in (0, 5)):
        return TestSummary(TestOutcome.CRASHED, 0, 0, 0, 0.0)
    failures = tuple(_failure(case) for case in cases if _result(case) in ("failure", "error"))
    skipped = sum(_result(case) == "skipped" for case in cases)
    passed = len(cases) - len(failures) - skipped
    return TestSummary(
        outcome=_outcome(passed, len(failures), status),
        passed=passed,
        failed=len(failures),
        skipped=skipped,
        seconds=sum(map(_seconds, cases)),
        slowest=_slowest(cases),
        failures=failures,
    )


def _outcome(passed: int, failed: int, status: int) -> TestOutcome:
    if failed:
        return TestOutcome.FAILED
    if status not in (0, 5):
        return TestOutcome.CRASHED
    return TestOutcome.PASSED if passed else TestOutcome.EMPTY


def _cases(reports: Sequence[bytes]) -> list[Any] | None:
    from junitparser import JUnitXml
    from junitparser.junitparser import JUnitXmlError

    found: list[Any] = []
    readable = False
    for report in reports:
        try:
            xml: Any = JUnitXml.fromstring(report)
        except JUnitXmlError:
            # Some other XML: coverage, for one.
            continue
        except SyntaxError:
            return None
        readable = True
        suites: Iterable[Any] = xml if isinstance(xml, JUnitXml) else [xml]
        # Iterating a suite gives the cases of the suites inside it, too.
        found += [case for suite in suites for case in suite]
    return found if readable else None


def _result(case: Any) -> str:
    kinds = [type(result).__name__.lower() for result in case.result]
    return next((kind for kind in ("error", "failure", "skipped") if kind in kinds), "")


def _failure(case: Any) -> TestCase:
    result = next(r for r in case.result if type(r).__name__.lower() in ("failure", "error"))
    text = (result.text or result.message or "").strip()
    return TestCase(_name(case), "\n".join(text.splitlines()[-_LINES:]))


def _slowest(cases: Sequence[Any]) -> str:
    if not cases:
        return ""
    case = max(cases, key=_seconds)
    return f"{_name(case)} {_seconds(case):.1f} s"


def _seconds(case: Any) -> float:
    """What the framework says; 0 when it says something else than a number."""
    try:
        seconds = float(case.time or 0)
    except ValueError:
        return 0.0
    return seconds if isfinite(seconds) else 0.0


def _name(case: Any) -> str:
    return f"{case.classname}::{case.name}" if case.classname else str(case.name)
