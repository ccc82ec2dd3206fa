"""Reading reports in tests."""

from __future__ import annotations

from pathlib import Path

from build_tasks.model.tests import CaseResult, TestCase, TestReport
from build_tasks.planning.reports.detection import HEAD_BYTES, dialect, read_report

RECORDED = Path(__file__).parent / "recorded"


def read(name: str, data: bytes | str) -> TestReport:
    """A report that is one."""
    content = data.encode() if isinstance(data, str) else data
    kind = dialect(name, content[:HEAD_BYTES])
    assert kind is not None
    report = read_report(kind, name, content)
    assert report is not None
    return report


def sound(name: str, data: bytes | str) -> tuple[TestCase, ...]:
    """The tests of a report without damage."""
    report = read(name, data)
    assert report.damage == ""
    return report.cases


def recorded(name: str) -> dict[str, TestCase]:
    """The tests of a recorded report, by title."""
    cases = sound(name, (RECORDED / name).read_bytes())
    assert len({case.title for case in cases}) == len(cases)
    return {case.title: case for case in cases}


def titles(cases: dict[str, TestCase], result: CaseResult) -> list[str]:
    return [title for title, case in cases.items() if case.result is result]
