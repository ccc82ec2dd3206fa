"""Anybody may have written a report: reading it never raises, and what is cut off is no pass."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.model.tests import TestOutcome
from build_tasks.planning.reports.merged import merged_junit
from build_tasks.planning.reports.summary import sum_up
from tests.unit.planning.reports.reading import RECORDED
from tests.unit.planning.reports.test_trx import FAILED, trx

NAMES = ("a.tap", "go-test.json", "a.xml", "a.trx", "a.txt")
RECORDINGS = [(name, (RECORDED / name).read_bytes()) for name in ("vitest.tap", "node.tap", "go-test.json")]
RECORDINGS += [("a.trx", trx(FAILED).encode()), ("a.xml", b"<testsuite><testcase name='a'/></testsuite>")]
PASSES = {
    "a.tap": b"""TAP version 13
ok 1 - a
ok 2 - b {
    1..1
    ok 1 - c
      ---
      x
      ...
}
1..2""",
    "go-test.json": (
        b'{"Time":"x","Action":"run","Package":"p","Test":"TestA"}\n'
        b'{"Time":"x","Action":"pass","Package":"p","Test":"TestA","Elapsed":2}\n'
        b'{"Time":"x","Action":"pass","Package":"p"}'
    ),
    "a.xml": b'<testsuites><testsuite><testcase name="a"/><testcase name="b"/></testsuite></testsuites>',
    "a.trx": trx('<UnitTestResult testName="a" outcome="Passed"/>').encode(),
}
TAP_PIECES = (
    "ok",
    "not ok",
    " 1",
    " - ",
    "name",
    "#",
    " # SKIP",
    " # TODO",
    " # time=1ms",
    " {",
    "}",
    "1..",
    "2",
)
TAP_LINES = (
    "\n",
    "    ",
    "  ---\n",
    "  ...\n",
    "Bail out!",
    "\\",
    "TAP version 13\n",
    "# Subtest: x\n",
    "{\n",
)


def examine(name: str, data: bytes) -> TestOutcome:
    run = sum_up({name: data}, 0)
    summary = run.summary
    assert summary.passed + summary.failed + summary.skipped == len(run.cases)
    assert summary.line
    merged_junit("service", run.cases)
    return summary.outcome


@given(st.sampled_from(NAMES), st.binary())
def test_any_bytes(name: str, data: bytes) -> None:
    examine(name, data)


@given(st.lists(st.sampled_from(TAP_PIECES + TAP_LINES), max_size=60))
def test_anything_made_of_tap(pieces: list[str]) -> None:
    examine("a.tap", "".join(pieces).encode())


@given(st.sampled_from(RECORDINGS), st.data())
def test_a_report_with_a_hole(recording: tuple[str, bytes], draw: st.DataObject) -> None:
    name, data = recording
    start = draw.draw(st.integers(0, len(data)))
    end = draw.draw(st.integers(start, len(data)))
    examine(name, data[:start] + draw.draw(st.binary(max_size=8)) + data[end:])


@pytest.mark.parametrize(("name", "data"), PASSES.items())
def test_a_report_that_breaks_off_is_never_a_pass(name: str, data: bytes) -> None:
    assert examine(name, data) is TestOutcome.PASSED
    for length in range(len(data)):
        assert examine(name, data[:length]) is not TestOutcome.PASSED
