"""TRX as `dotnet test` writes it."""

from __future__ import annotations

import pytest

from build_tasks.model.tests import CaseResult
from tests.unit.planning.reports.reading import read, sound

RUN = """<?xml version="1.0" encoding="utf-8"?>
<TestRun id="1" xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>{results}</Results>
<TestDefinitions><UnitTest name="x" id="t1"><TestMethod className="Drone.PlanTests, Drone" name="Picks" />
</UnitTest></TestDefinitions><ResultSummary outcome="{outcome}"><Counters total="1" /></ResultSummary>
</TestRun>"""
FAILED = """<UnitTestResult testId="t1" testName="Drone.PlanTests.Picks" outcome="Failed"
duration="00:01:02.5000000"><Output><ErrorInfo><Message>Expected 1</Message>
<StackTrace>   at Drone.PlanTests.Picks() in /src/Plan.cs:line 12
</StackTrace></ErrorInfo></Output></UnitTestResult>"""


def trx(results: str, outcome: str = "Completed") -> str:
    return RUN.format(results=results, outcome=outcome)


def test_a_failure_tells_what_and_where() -> None:
    [case] = sound("a.trx", trx(FAILED))
    assert (case.title, case.result, case.seconds) == ("Drone.PlanTests::Picks", CaseResult.FAILED, 62.5)
    assert case.message == "Expected 1\n   at Drone.PlanTests.Picks() in /src/Plan.cs:line 12"
    assert (case.file, case.line) == ("/src/Plan.cs", 12)


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        ("Passed", CaseResult.PASSED),
        ("Error", CaseResult.ERROR),
        ("Timeout", CaseResult.ERROR),
        ("NotExecuted", CaseResult.SKIPPED),
        ("Inconclusive", CaseResult.SKIPPED),
        ("passed", CaseResult.PASSED),
    ],
)
def test_outcomes(outcome: str, result: CaseResult) -> None:
    [case] = sound("a.trx", trx(f'<UnitTestResult testName="a" outcome="{outcome}" duration="soon" />'))
    assert (case.title, case.result, case.seconds) == ("a", result, 0.0)


def test_of_a_data_driven_test_its_rows_count() -> None:
    row = '<UnitTestResult testName="row {}" outcome="Passed" />'
    rows = "".join(row.format(number) for number in (1, 2))
    all_rows = f"<InnerResults>{rows}</InnerResults>"
    text = trx(f'<UnitTestResult testName="all" outcome="Passed">{all_rows}</UnitTestResult>')
    assert [case.name for case in sound("a.trx", text)] == ["row 1", "row 2"]


def test_the_dialect_is_known_by_its_root_too() -> None:
    assert len(sound("report.xml", trx(FAILED))) == 1


@pytest.mark.parametrize(
    ("text", "damage"),
    [
        (trx(FAILED, "Aborted"), "Aborted"),
        (trx(FAILED)[:-30], "no XML"),
        ("", "no XML"),
        ("<other/>", "no TRX"),
        ('<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"/>', "no results"),
    ],
)
def test_damage(text: str, damage: str) -> None:
    assert damage in read("a.trx", text).damage


def test_results_in_results_without_end() -> None:
    opened = '<UnitTestResult testName="a" outcome="Passed"><InnerResults>' * 20_000
    text = trx(opened + "</InnerResults></UnitTestResult>" * 20_000)
    assert [case.name for case in sound("a.trx", text)] == ["a"]
