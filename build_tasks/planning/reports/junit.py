"""JUnit XML (https://github.com/testmoapp/junitxml says what frameworks put into it)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from build_tasks.model.tests import CaseResult, TestCase, TestReport
from build_tasks.planning.reports.durations import seconds_of

#: The roots a file of this dialect has.
ROOTS = ("testsuites", "testsuite")
_LONGEST_LINE_NUMBER = 9


def read_junit(root: Element) -> TestReport:
    """The report that a parsed file is; suites in suites are counted once."""
    return TestReport(tuple(map(_case, _cases(root))))


def _cases(root: Element) -> Iterator[Any]:
    from junitparser import JUnitXml

    from build_tasks.planning.reports.located_case import LocatedCase

    # No recursion: how deep suites are nested is the file's decision.
    xml: Any = JUnitXml
    waiting = list(xml.fromroot(root))[::-1]
    while waiting:
        suite = waiting.pop()
        yield from suite.iterchildren(LocatedCase)
        waiting += list(suite.testsuites())[::-1]


def _case(case: Any) -> TestCase:
    kinds = {type(result).__name__.lower(): result for result in reversed(case.result)}
    bad = next((r for r in case.result if type(r).__name__.lower() in ("failure", "error")), None)
    told = bad if bad is not None else kinds.get("skipped")
    number = case.line or ""
    return TestCase(
        suite=case.classname or "",
        name=case.name or "",
        result=_result(kinds),
        seconds=seconds_of(case.time),
        message=(told.text or told.message or "").strip() if told is not None else "",
        file=case.file or "",
        line=int(number) if number.isdecimal() and len(number) <= _LONGEST_LINE_NUMBER else 0,
    )


def _result(kinds: dict[str, Any]) -> CaseResult:
    if "error" in kinds:
        return CaseResult.ERROR
    if "failure" in kinds:
        return CaseResult.FAILED
    return CaseResult.SKIPPED if "skipped" in kinds else CaseResult.PASSED
