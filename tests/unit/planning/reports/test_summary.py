"""Reports of several dialects, found among other files, as one run."""

from __future__ import annotations

import pytest

from build_tasks.model.tests import TestOutcome
from build_tasks.planning.reports.detection import Dialect, dialect
from build_tasks.planning.reports.summary import sum_up

JUNIT = b'<testsuite name="s"><testcase classname="c" name="t" time="0.25"/></testsuite>'
TAP = b"TAP version 13\n1..2\nok 1 - a # time=500ms\nok 2 - b # SKIP\n"
GO = (
    b'{"Time":"x","Action":"pass","Package":"p","Test":"TestA","Elapsed":2}\n'
    b'{"Time":"x","Action":"pass","Package":"p"}\n'
)


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("junit.xml", b"", Dialect.XML),
        ("sub/Results.TRX", b"", Dialect.XML),
        ("results.tap", b"", Dialect.TAP),
        ("results.txt", b"TAP version 14\n1..1", Dialect.TAP),
        ("results.txt", b"\xef\xbb\xbf\nTAP version 13\r\n1..1", Dialect.TAP),
        ("go-test.json", b"", Dialect.GO),
        ("gotest-unit.jsonl", b"", Dialect.GO),
        ("report.json", b'{"Time":"2026', Dialect.GO),
        ("log", b'{"ImportPath":"x","Action":"build-fail"}', Dialect.GO),
        ("coverage.json", b'{"total": 1}', None),
        ("output.txt", b"the TAP version 13 is old\n", None),
        ("index.html", b"<html>", None),
        ("core", b"\x7fELF\x00", None),
        ("empty", b"", None),
    ],
)
def test_what_a_file_is(name: str, head: bytes, kind: Dialect | None) -> None:
    assert dialect(name, head) is kind


def test_several_dialects_are_one_run() -> None:
    run = sum_up({"a/junit.xml": JUNIT, "results.tap": TAP, "go-test.json": GO, "readme": b"x"}, 0)
    assert run.summary.outcome is TestOutcome.PASSED
    assert run.summary.line == "3 passed, 0 failed, 1 skipped in 2.8 s (slowest: p::TestA 2.0 s)"
    assert [case.title for case in run.cases] == ["c::t", "a", "b", "p::TestA"]


def test_one_damaged_report_is_a_crash_whatever_the_others_say() -> None:
    run = sum_up({"junit.xml": JUNIT, "sub/results.tap": b"1..2\nok 1\n"}, 0)
    assert run.summary.outcome is TestOutcome.CRASHED
    assert run.summary.damage == "sub/results.tap: 1 of 2 planned tests reported"
    assert (run.summary.passed, len(run.cases)) == (2, 2)


@pytest.mark.parametrize("status", [0, 1, 5])
def test_a_report_that_says_nothing_ran_is_empty(status: int) -> None:
    assert sum_up({"results.tap": b"TAP version 13\n1..0\n"}, status).summary.outcome is TestOutcome.EMPTY


@pytest.mark.parametrize("report", [{"results.tap": TAP}, {"go-test.json": GO}, {"readme": b"x"}])
def test_a_bad_status_although_nothing_failed_is_a_crash(report: dict[str, bytes]) -> None:
    assert sum_up(report, 1).summary.outcome is TestOutcome.CRASHED
