"""One JUnit file of all tests, whatever their dialect."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml

from build_tasks.model.tests import CaseResult, TestCase
from build_tasks.planning.reports.merged import merged_junit
from tests.unit.planning.reports.reading import sound

CASES = st.builds(
    TestCase,
    suite=st.text(),
    name=st.text(),
    result=st.sampled_from(CaseResult),
    seconds=st.floats(0, 1e6),
    message=st.text(),
    file=st.text(),
    line=st.integers(0, 99999),
)


def test_what_is_written() -> None:
    failed = TestCase("api", "puts", CaseResult.FAILED, 0.5, "got 1\nwant 2", "a.test.ts", 7)
    skipped = TestCase("model", "old", CaseResult.SKIPPED, message="no network")
    xml = JUnitXml.fromstring(
        merged_junit("package", [failed, skipped, TestCase("api", "gets", CaseResult.PASSED)])
    )
    assert (xml.name, xml.tests, xml.failures, xml.skipped, xml.time) == ("package", 3, 1, 1, 0.5)
    assert [suite.name for suite in xml] == ["api", "model"]
    assert sound("junit.xml", merged_junit("package", [failed])) == (failed,)


def test_no_test_is_a_file_all_the_same() -> None:
    assert sound("junit.xml", merged_junit("package", [])) == ()


def test_what_xml_cannot_hold_is_replaced() -> None:
    odd = TestCase("\x1b[31m", "\x00", CaseResult.ERROR, message="\ud800 \uffff \x1b[0m")
    [read] = sound("junit.xml", merged_junit("\x08", [odd]))
    assert (read.suite, read.name, read.message) == ("\ufffd[31m", "\ufffd", "\ufffd \ufffd \ufffd[0m")


@given(st.lists(CASES, max_size=5))
def test_what_is_written_can_be_read_and_counts_the_same(cases: list[TestCase]) -> None:
    read = sound("junit.xml", merged_junit("service", cases))
    assert sorted(case.result for case in read) == sorted(case.result for case in cases)
    assert sorted(case.line for case in read) == sorted(case.line for case in cases)
