"""TAP 12 to 14, with subtests, YAML diagnostics and durations as frameworks write them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from build_tasks.model.tests import CaseResult, TestCase, TestReport
from build_tasks.planning.reports.durations import seconds_of
from build_tasks.planning.reports.tap_lines import Excuse
from build_tasks.planning.reports.tap_reader import TapReader
from build_tasks.planning.reports.tap_tree import DamagedTap, Level, Result

#: `at: "/app/src/a.test.ts:12:5"` (Vitest), `location: '/app/a.test.js:3:1'` (node:test)
_PLACE = re.compile(r"(?:at|location): ['\"]?([^'\"\s][^'\"]{0,999}?):([0-9]{1,9})(?::[0-9]{1,9})?['\"]?\s*")
_DURATION = re.compile(r"duration_ms: ([0-9.]{1,30})\s*")


def read_tap(data: bytes) -> TestReport:
    """The report that the lines are: a test is a result without subtests; names above it are its suite.

    Diagnostics are looked at line by line and kept as they are, for they are YAML in name only: Vitest does
    not indent further lines of a message. ``# SKIP`` and ``# TODO`` are skipped tests, whatever they give.
    """
    reader = TapReader()
    damage = ""
    try:
        for line in data.decode("utf-8-sig", errors="replace").split("\n"):
            reader.read(line)
        reader.end()
    except DamagedTap as error:
        damage = str(error)
    return TestReport(tuple(_cases(reader.top, (), excused=False)), damage)


def _cases(level: Level, path: tuple[str, ...], *, excused: bool) -> Iterator[TestCase]:
    for result in level.results:
        lenient = excused or result.is_excused
        if result.subtests is None or not result.subtests.results:
            yield _case(result, path, _result(result, lenient))
            continue
        inner = list(_cases(result.subtests, (*path, result.name), excused=lenient))
        yield from inner
        if not result.point.ok and not lenient and not any(case.is_bad for case in inner):
            # What is around the subtests failed: a hook, a file that threw.
            yield _case(result, path, CaseResult.ERROR)


def _result(result: Result, lenient: bool) -> CaseResult:
    if lenient:
        return CaseResult.SKIPPED
    return CaseResult.PASSED if result.point.ok else CaseResult.FAILED


def _case(result: Result, path: tuple[str, ...], outcome: CaseResult) -> TestCase:
    lines = [line.strip() for line in result.diagnostics]
    place = next(filter(None, map(_PLACE.fullmatch, lines)), None)
    duration = next(filter(None, map(_DURATION.fullmatch, lines)), None)
    measured = seconds_of(duration[1], unit=0.001) if duration else 0.0
    bad = outcome in (CaseResult.FAILED, CaseResult.ERROR)
    reason = result.point.reason if result.point.excuse is not Excuse.NONE else ""
    return TestCase(
        suite=" > ".join(path),
        name=result.name or f"test {result.point.number}",
        result=outcome,
        seconds=result.point.seconds or measured,
        message="\n".join(line.rstrip() for line in result.diagnostics).strip("\n") if bad else reason,
        file=place[1] if place else "",
        line=int(place[2]) if place else 0,
    )
