"""One JUnit file of all tests, whatever their dialect."""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

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


#: Jenkins' schema (junit-10.xsd), and `file` and `line` of a test, which CI systems point at: for each
#: element the attributes it must have, those it may have, and the elements that may be in it.
SCHEMA: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url", "group"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        {"name"},
        {"time", "classname", "group", "file", "line"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "skipped": (set(), {"type", "message"}, set()),
}
COUNT = re.compile(r"[0-9]+")
#: Without the schema's commas between thousands.
SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")


def check_schema(element: Element) -> None:
    """An element, and what is in it, is as the schema has it."""
    needed, allowed, inside = SCHEMA[element.tag]
    assert needed <= set(element.attrib) <= needed | allowed
    for name, value in element.attrib.items():
        if name in ("tests", "failures", "errors", "skipped", "line"):
            assert COUNT.fullmatch(value)
        if name == "time":
            assert SECONDS.fullmatch(value)
    assert {child.tag for child in element} <= inside
    for child in element:
        check_schema(child)


@given(st.text(), st.lists(CASES, max_size=5))
def test_it_is_what_ci_systems_read(name: str, cases: list[TestCase]) -> None:
    root = ElementTree.fromstring(merged_junit(name, cases))
    assert root.tag == "testsuites"
    check_schema(root)


def test_durations_have_no_exponent() -> None:
    short = TestCase("s", "t", CaseResult.PASSED, seconds=1e-05)
    assert b'time="0.000"' in merged_junit("service", [short])
    assert b"e-05" not in merged_junit("service", [short])


def test_a_suite_without_a_name_has_the_whole_s() -> None:
    [suite] = ElementTree.fromstring(merged_junit("delivery", [TestCase("", "t", CaseResult.PASSED)]))
    assert suite.get("name") == "delivery"
