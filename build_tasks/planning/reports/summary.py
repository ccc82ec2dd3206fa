"""All reports of a run to one summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from build_tasks.model.tests import CaseResult, TestCase, TestOutcome, TestReport, TestSummary
from build_tasks.planning.reports.detection import HEAD_BYTES, dialect, read_report
from build_tasks.planning.reports.excerpts.frames import Where
from build_tasks.planning.reports.excerpts.reading import explained

#: What frameworks end with when they find no test: pytest 5; Jest and Vitest 1, as for a failure, which then
#: is in the report.
_NOTHING_FOUND = (0, 1, 5)
_GOOD = (0, 5)


@dataclass(frozen=True)
class TestRun:
    """What a test runner left behind."""

    __test__ = False

    summary: TestSummary
    cases: tuple[TestCase, ...]


def sum_up(
    files: Mapping[str, bytes], status: int, where: Where = lambda _name: "", matching: str = ""
) -> TestRun:
    """Sum up what a test runner left behind. Tests that two files report count twice.

    :param files: what it wrote, by path; what is no report is passed over.
    :param status: the exit status of its container.
    :param where: what its files are in the repository.
    :param matching: the expression that the run was limited by.
    :returns: CRASHED for reports that are damaged or missing, or a bad status although nothing failed; EMPTY
        if nothing ran or all that there is was skipped: nothing was tested.
    """
    reports = _read(files)
    cases = tuple(_placed(case, where) for report in reports.values() for case in report.cases)
    damage = next((f"{name}: {report.damage}" for name, report in reports.items() if report.damage), "")
    failures = tuple(case for case in cases if case.is_bad)
    skipped = sum(case.result is CaseResult.SKIPPED for case in cases)
    passed = len(cases) - len(failures) - skipped
    usable = bool(reports) and not damage
    summary = TestSummary(
        outcome=_outcome(cases, passed, len(failures), status) if usable else TestOutcome.CRASHED,
        passed=passed,
        failed=len(failures),
        skipped=skipped,
        seconds=sum(case.seconds for case in cases),
        slowest=_slowest(cases),
        failures=failures,
        damage=damage,
        matching=matching,
    )
    return TestRun(summary, cases)


def _placed(case: TestCase, where: Where) -> TestCase:
    if case.is_bad:
        return explained(case, where)
    return replace(case, file=where(case.file) or case.file) if case.file else case


def _read(files: Mapping[str, bytes]) -> dict[str, TestReport]:
    reports = {}
    for name, data in files.items():
        kind = dialect(name, data[:HEAD_BYTES])
        report = read_report(kind, name, data) if kind else None
        if report is not None:
            reports[name] = report
    return reports


def _outcome(cases: Sequence[TestCase], passed: int, failed: int, status: int) -> TestOutcome:
    if failed:
        return TestOutcome.FAILED
    if status not in (_GOOD if cases else _NOTHING_FOUND):
        return TestOutcome.CRASHED
    return TestOutcome.PASSED if passed else TestOutcome.EMPTY


def _slowest(cases: Sequence[TestCase]) -> str:
    if not cases:
        return ""
    case = max(cases, key=lambda case: case.seconds)
    return f"{case.title} {case.seconds:.1f} s"
