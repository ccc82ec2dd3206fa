"""What a reader is shown of a run that failed."""

from __future__ import annotations

from build_tasks.model.tests import CaseResult, TestCase, TestOutcome, TestSummary
from build_tasks.planning.reports.failures import IN_FULL, failure_lines


def failure(number: int) -> TestCase:
    return TestCase(
        "api",
        f"t{number}",
        CaseResult.FAILED,
        file="services/a/t.py",
        line=number,
        excerpt=("E   no", "E   x"),
    )


def summary(*failures: TestCase) -> TestSummary:
    return TestSummary(TestOutcome.FAILED, 3, len(failures), 0, 1.25, failures=failures)


def test_failures_first_and_the_sum_last() -> None:
    assert list(failure_lines(summary(failure(7)))) == [
        "services/a/t.py:7: FAILED api::t7",
        "  E   no",
        "  E   x",
        "3 passed, 1 failed, 0 skipped in 1.2 s",
    ]


def test_of_many_failures_the_first_are_told_in_full_and_the_rest_in_a_line_each() -> None:
    lines = list(failure_lines(summary(*map(failure, range(1, IN_FULL + 4)))))
    assert lines.count("  E   no") == IN_FULL
    assert lines[-4:] == [
        "services/a/t.py:11: FAILED api::t11",
        "services/a/t.py:12: FAILED api::t12",
        "services/a/t.py:13: FAILED api::t13",
        "3 passed, 13 failed, 0 skipped in 1.2 s",
    ]


def test_a_place_of_which_less_is_known() -> None:
    error = CaseResult.ERROR
    found = failure_lines(
        summary(TestCase("", "a", error, file="a.py"), TestCase("s", "b", error)), in_full=1
    )
    assert list(found)[:2] == ["a.py: ERROR a", "ERROR s::b"]
