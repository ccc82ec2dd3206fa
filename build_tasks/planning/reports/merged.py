"""All tests of a run as one JUnit file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from build_tasks.model.tests import CaseResult, TestCase

#: What XML 1.0 cannot hold, not even escaped: control characters, halves of surrogate pairs.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def merged_junit(name: str, cases: Iterable[TestCase]) -> bytes:
    """JUnit XML with a suite for each suite, in the order of their first tests.

    What CI systems have in common: the elements and attributes of Jenkins' schema
    (https://github.com/jenkinsci/xunit-plugin, junit-10.xsd), whose durations know no exponents, and for
    annotations ``file`` and ``line`` (https://github.com/testmoapp/junitxml), which others pass over.

    :param name: of the whole, for whoever shows it.
    """
    from junitparser import JUnitXml, TestSuite

    suites: dict[str, list[TestCase]] = {}
    for case in cases:
        suites.setdefault(case.suite, []).append(case)
    xml: Any = JUnitXml(_text(name))
    for title, inside in suites.items():
        suite: Any = TestSuite(_text(title or name))
        suite.add_testcases(map(_written, inside))
        xml.append(suite)
    xml.update_statistics()
    return _conforming(ElementTree.fromstring(xml.tostring()))


def _conforming(root: Element) -> bytes:
    """As Jenkins' schema has it where junitparser does not."""
    for element in root.iter():
        if "time" in element.attrib:
            element.set("time", f"{float(element.attrib['time']):.3f}")
    root.attrib.pop("skipped", None)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _written(case: TestCase) -> Any:
    from junitparser import Error, Failure, Skipped

    from build_tasks.planning.reports.located_case import LocatedCase

    made: Any = LocatedCase(_text(case.name), _text(case.suite) or None, case.seconds)
    if case.file:
        made.file = _text(case.file)
    if case.line:
        made.line = str(case.line)
    kinds: dict[CaseResult, Any] = {
        CaseResult.FAILED: Failure,
        CaseResult.ERROR: Error,
        CaseResult.SKIPPED: Skipped,
    }
    if case.result in kinds:
        message = _text(case.message)
        result = kinds[case.result](message.partition("\n")[0], case.result.value)
        result.text = message
        made.result = [result]
    return made


def _text(text: str) -> str:
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
