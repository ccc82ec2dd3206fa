"""All tests of a run as one JUnit file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from build_tasks.model.tests import CaseResult, TestCase

#: What XML 1.0 cannot hold, not even escaped: control characters, halves of surrogate pairs.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def merged_junit(name: str, cases: Iterable[TestCase]) -> bytes:
    """JUnit XML with a suite for each suite, in the order of their first tests.

    :param name: of the whole, for whoever shows it.
    """
    from junitparser import JUnitXml, TestSuite

    suites: dict[str, list[TestCase]] = {}
    for case in cases:
        suites.setdefault(case.suite, []).append(case)
    xml: Any = JUnitXml(_text(name))
    for title, inside in suites.items():
        suite: Any = TestSuite(_text(title))
        suite.add_testcases(map(_written, inside))
        xml.append(suite)
    xml.update_statistics()
    return bytes(xml.tostring())


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
        result = kinds[case.result](message.partition("\n")[0])
        result.text = message
        made.result = [result]
    return made


def _text(text: str) -> str:
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
