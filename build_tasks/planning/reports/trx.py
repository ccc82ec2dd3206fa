"""TRX, what ``dotnet test --logger trx`` writes (vstst.xsd of Visual Studio)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from build_tasks.model.tests import CaseResult, TestCase, TestReport
from build_tasks.planning.reports.durations import clock_seconds

_NAMESPACE = "{http://microsoft.com/schemas/VisualStudio/TeamTest/2010}"
#: The root a file of this dialect has.
ROOT = f"{_NAMESPACE}TestRun"
_RESULTS = {
    "passed": CaseResult.PASSED,
    "passedbutrunaborted": CaseResult.PASSED,
    "warning": CaseResult.PASSED,
    "failed": CaseResult.FAILED,
    "error": CaseResult.ERROR,
    "timeout": CaseResult.ERROR,
    "aborted": CaseResult.ERROR,
    "disconnected": CaseResult.ERROR,
    "inprogress": CaseResult.ERROR,
}
#: A run that says one of these of itself did not come to its end.
_BROKEN_OFF = ("aborted", "error", "disconnected", "timeout", "inprogress")
#: `   at Drone.Tests.Picks() in /src/Tests.cs:line 12`
_PLACE = re.compile(r" in (\S[^\n]{0,999}?):line ([0-9]{1,9})\s*$", re.MULTILINE)


def read_trx(root: Element) -> TestReport:
    """The report that a parsed file is. Of a data-driven test only its rows count."""
    classes = dict(_classes(root))
    results = root.find(f"{_NAMESPACE}Results")
    cases = tuple(_case(result, classes) for result in _leaves(results))
    summary = root.find(f"{_NAMESPACE}ResultSummary")
    outcome = summary.get("outcome", "") if summary is not None else ""
    if summary is None or results is None:
        return TestReport(cases, "no results or no summary")
    return TestReport(cases, f"the run says it was {outcome}" if outcome.lower() in _BROKEN_OFF else "")


def _classes(root: Element) -> Iterator[tuple[str, str]]:
    """Id of each test and the class it is defined in."""
    for test in root.iterfind(f"{_NAMESPACE}TestDefinitions/{_NAMESPACE}UnitTest"):
        method = test.find(f"{_NAMESPACE}TestMethod")
        yield test.get("id", ""), method.get("className", "") if method is not None else ""


def _leaves(results: Element | None) -> Iterator[Element]:
    # No recursion: how deep results are nested is the file's decision.
    waiting = list(results)[::-1] if results is not None else []
    while waiting:
        result = waiting.pop()
        inner = result.find(f"{_NAMESPACE}InnerResults")
        if inner is not None and len(inner):
            waiting += list(inner)[::-1]
        else:
            yield result


def _case(result: Element, classes: Mapping[str, str]) -> TestCase:
    # `Namespace.Class, Assembly, Version=...` in files of older frameworks.
    suite = classes.get(result.get("testId", ""), "").partition(",")[0]
    name = result.get("testName", "")
    trace = _output(result, "StackTrace")
    place = _PLACE.search(trace)
    return TestCase(
        suite=suite,
        name=name.removeprefix(f"{suite}.") if suite else name,
        result=_RESULTS.get(result.get("outcome", "").lower(), CaseResult.SKIPPED),
        seconds=clock_seconds(result.get("duration", "")),
        message="\n".join(filter(None, [_output(result, "Message"), trace])),
        file=place[1] if place else "",
        line=int(place[2]) if place else 0,
    )


def _output(result: Element, part: str) -> str:
    path = f"{_NAMESPACE}Output/{_NAMESPACE}ErrorInfo/{_NAMESPACE}{part}"
    return (result.findtext(path) or "").strip("\r\n")
