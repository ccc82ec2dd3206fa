"""JUnit XML of several makes, and the outcome of a run."""

from __future__ import annotations

import pytest

from build_tasks.model.tests import CaseResult, TestOutcome, TestSummary
from build_tasks.planning.reports.summary import sum_up

PYTEST = b"""<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests">
<testsuite name="pytest" errors="0" failures="1" skipped="1" tests="3" time="0.052" hostname="x">
<testcase classname="tests.test_api" name="test_put" time="0.010" />
<testcase classname="tests.test_api" name="test_get" time="0.030">
<failure message="assert 1 == 2">def test_get():
&gt;   assert 1 == 2
E   assert 1 == 2</failure></testcase>
<testcase classname="tests.test_api" name="test_old" time="0.002">
<skipped type="pytest.skip" message="no redis">tests/test_api.py:3: no redis</skipped></testcase>
</testsuite></testsuites>"""
COLLECTION_ERROR = b"""<testsuites><testsuite name="pytest" errors="1" failures="0" skipped="0" tests="1">
<testcase classname="" name="tests.test_api" time="0"><error message="collection">ImportError: x</error>
</testcase></testsuite></testsuites>"""
NESTED = b"""<testsuites><testsuite name="example.com/drone"><testsuite name="example.com/drone/plan">
<testcase classname="plan" name="TestPick/none" time="1.5"/>
<testcase classname="plan" name="TestPick" time="2"/>
</testsuite><testcase classname="drone" name="TestMain" time="0.5"/></testsuite></testsuites>"""
ALONE = b'<testsuite name="mocha"><testcase name="puts" classname="" time="0.1"/></testsuite>'
EMPTY = b'<testsuites><testsuite name="pytest" errors="0" failures="0" skipped="0" tests="0"/></testsuites>'
SKIPPED = (
    b'<testsuite name="s"><testcase classname="c" name="t"><skipped message="off"/></testcase></testsuite>'
)
PASSED = b'<testsuite name="s"><testcase classname="c" name="t" time="0.25"/></testsuite>'
COVERAGE = b'<?xml version="1.0"?><coverage line-rate="0.9"><packages/></coverage>'
ERROR_AND_FAILURE = b"""<testsuite name="s"><testcase classname="c" name="t"><failure message="one"/>
<error message="two"/></testcase></testsuite>"""


def summarise(reports: list[bytes], status: int) -> TestSummary:
    files = {f"report-{number}.xml": report for number, report in enumerate(reports)}
    return sum_up(files, status).summary


def test_pytest() -> None:
    found = summarise([PYTEST], 1)
    assert found.outcome is TestOutcome.FAILED
    assert (found.passed, found.failed, found.skipped) == (1, 1, 1)
    assert found.seconds == pytest.approx(0.042)
    assert found.slowest == "tests.test_api::test_get 0.0 s"
    assert [case.title for case in found.failures] == ["tests.test_api::test_get"]
    assert found.failures[0].message.endswith("E   assert 1 == 2")
    assert found.line == "1 passed, 1 failed, 1 skipped in 0.0 s (slowest: tests.test_api::test_get 0.0 s)"


def test_errors_count_as_failures() -> None:
    found = summarise([COLLECTION_ERROR], 2)
    assert (found.outcome, found.failed) == (TestOutcome.FAILED, 1)
    assert (found.failures[0].title, found.failures[0].message) == ("tests.test_api", "ImportError: x")


def test_a_case_that_fails_twice_is_one() -> None:
    found = summarise([ERROR_AND_FAILURE], 1)
    assert (found.failed, found.passed) == (1, 0)
    assert (found.failures[0].message, found.failures[0].result) == ("one", CaseResult.ERROR)


def test_suites_in_suites_are_counted_once() -> None:
    found = summarise([NESTED], 0)
    assert (found.outcome, found.passed, found.seconds) == (TestOutcome.PASSED, 3, 4.0)
    assert found.slowest == "plan::TestPick 2.0 s"


def test_a_suite_without_suites_around_it() -> None:
    found = summarise([ALONE], 0)
    assert (found.passed, found.slowest) == (1, "puts 0.1 s")


def test_several_reports_are_one_run() -> None:
    found = summarise([PASSED, NESTED, ALONE], 0)
    assert found.passed == 5


@pytest.mark.parametrize("status", [0, 1, 5])
def test_no_test_at_all(status: int) -> None:
    assert summarise([EMPTY], status).outcome is TestOutcome.EMPTY


def test_nothing_but_skipped_tests_tested_nothing() -> None:
    found = summarise([SKIPPED], 0)
    assert (found.outcome, found.skipped) == (TestOutcome.EMPTY, 1)


def test_a_skipped_test_among_others_is_no_harm() -> None:
    assert summarise([SKIPPED, PASSED], 0).outcome is TestOutcome.PASSED


@pytest.mark.parametrize(
    ("reports", "status"),
    [
        ([], 0),
        ([], 1),
        ([], 137),
        ([b""], 0),
        ([b"<testsuite"], 0),
        ([b"not xml"], 1),
        ([b"\xff\xfe\x00"], 0),
        ([PASSED, PASSED[:40]], 0),
        ([COVERAGE], 0),
        # All that was written is good, and yet the runner died.
        ([PASSED], 137),
        ([PASSED], -9),
        ([EMPTY], 3),
        ([SKIPPED], 1),
    ],
)
def test_crashes(reports: list[bytes], status: int) -> None:
    assert summarise(reports, status).outcome is TestOutcome.CRASHED


def test_a_failure_is_a_failure_whatever_the_status() -> None:
    assert summarise([PYTEST], 0).outcome is TestOutcome.FAILED
    assert summarise([PYTEST], 137).outcome is TestOutcome.FAILED


def test_other_xml_beside_the_report_is_passed_over() -> None:
    found = summarise([COVERAGE, PASSED], 0)
    assert (found.outcome, found.passed) == (TestOutcome.PASSED, 1)


@pytest.mark.parametrize("time", [b"abc", b"nan", b"inf", b""])
def test_times_that_are_none(time: bytes) -> None:
    found = summarise([b'<testsuite name="s"><testcase name="t" time="' + time + b'"/></testsuite>'], 0)
    assert (found.outcome, found.seconds, found.slowest) == (TestOutcome.PASSED, 0.0, "t 0.0 s")


def test_the_place_of_a_failure() -> None:
    report = b'<testsuite name="s"><testcase name="t" file="a.py" line="7"><failure/></testcase></testsuite>'
    [case] = summarise([report], 1).failures
    assert (case.file, case.line) == ("a.py", 7)


@pytest.mark.parametrize("line", [b"", b"-1", b"x", b"9" * 5000, "²".encode()])
def test_lines_that_are_none(line: bytes) -> None:
    report = b'<testsuite><testcase name="t" line="' + line + b'"><failure/></testcase></testsuite>'
    assert summarise([report], 1).failures[0].line == 0


def test_suites_in_suites_without_end() -> None:
    depth = 20_000
    report = b"<testsuite>" * depth + b'<testcase name="t"/>' + b"</testsuite>" * depth
    assert summarise([report], 0).passed == 1


def test_entities_that_expand_without_end_are_damage() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    report = f'<!DOCTYPE testsuite [<!ENTITY e0 "lol">{entities}]><testsuite name="s">&e11;</testsuite>'
    assert summarise([report.encode()], 0).outcome is TestOutcome.CRASHED
