"""Running a service's unit tests in its testrunner image."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import ContainerExit
from build_tasks.model.service import Service
from build_tasks.model.tests import TestCase, TestOutcome, TestSummary
from build_tasks.planning.dockerfile import TESTRUNNER
from build_tasks.planning.reports.detection import HEAD_BYTES, dialect
from build_tasks.planning.reports.merged import merged_junit
from build_tasks.planning.reports.summary import TestRun, sum_up
from build_tasks.steps.image import build_stage
from build_tasks.steps.inputs import Recipe
from build_tasks.steps.workbench import Workbench

#: Where the testrunner's container writes its reports, in whatever dialect.
RESULTS = "/results"
#: Lines of a failure's message that are shown: its beginning and its end.
_FIRST, _LAST = 4, 8
_CODES = {
    TestOutcome.FAILED: ExitCode.TESTS_FAILED,
    TestOutcome.CRASHED: ExitCode.RUNNER_CRASHED,
    TestOutcome.EMPTY: ExitCode.NO_TESTS,
}


def test(bench: Workbench, service: Service, made: Recipe, *, force: bool = False) -> TestSummary:
    """Build the testrunner stage, run it, and sum up its reports.

    ``.build/<service>/tests/<inputs>`` then has all tests in one ``junit.xml``, what the container printed in
    ``output.txt``, and its own files in ``results/``. A pass is remembered for the inputs it was for; a
    failure is always run again.

    :raises FlowError: BUILD_FAILED, TESTS_FAILED, RUNNER_CRASHED or NO_TESTS.
    """
    kept = bench.folder(service, "tests") / made.inputs[:16]
    remembered = None if force else _remembered(kept / "summary.json")
    if remembered is not None:
        bench.reporter.skip(f"test {service.name}", f"unchanged inputs passed before: {remembered.line}")
        return remembered
    image = build_stage(bench, service, TESTRUNNER, made)
    with bench.reporter.step(f"test {service.name}", f"inputs {made.inputs[:12]} were not tested yet"):
        summary, ended = _run(bench, service, image.id, kept)
        if summary.outcome is not TestOutcome.PASSED:
            raise _failure(service, summary, ended, kept)
    bench.reporter.note(summary.line)
    _remember(kept / "summary.json", summary)
    return summary


def _run(bench: Workbench, service: Service, image: str, kept: Path) -> tuple[TestSummary, ContainerExit]:
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as scratch:
        made = Path(scratch, "run")
        results = made / "results"
        results.mkdir(parents=True)
        ended = bench.builder.run(image, results_from=RESULTS, results_to=results, env={})
        found = sum_up(reports_in(results), ended.status)
        _write(made, service, found, ended)
        shutil.rmtree(kept, ignore_errors=True)
        made.rename(kept)
    return found.summary, ended


def reports_in(folder: Path) -> dict[str, bytes]:
    """The files that may be reports, by their paths in the folder. Links are none: they may lead out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            if dialect(name, head) is not None:
                found[name] = head + file.read()
    return found


def _write(folder: Path, service: Service, found: TestRun, ended: ContainerExit) -> None:
    (folder / "output.txt").write_text(ended.output, encoding="utf-8")
    (folder / "junit.xml").write_bytes(merged_junit(service.name, found.cases))


def _failure(service: Service, summary: TestSummary, ended: ContainerExit, kept: Path) -> FlowError:
    details = [line for case in summary.failures for line in _case_lines(case)]
    match summary.outcome:
        case TestOutcome.FAILED:
            why = summary.line
        case TestOutcome.EMPTY:
            why, details = "the test runner ran no test", ended.output.splitlines()[-10:]
        case _:
            why = _crash(summary, ended)
            details += ended.output.splitlines()[-15:]
    fix = f"the reports are in {kept}"
    return FlowError(f"test {service.name}", why, fix, code=_CODES[summary.outcome], details=details)


def _crash(summary: TestSummary, ended: ContainerExit) -> str:
    killed = " (out of memory)" if ended.oom_killed else ""
    status = f"the test runner ended with status {ended.status}{killed}"
    if summary.damage:
        return f"{status} and a damaged report in {RESULTS}: {summary.damage}"
    if summary.passed or summary.skipped:
        return f"{status} although no test failed"
    return f"{status} and no usable report in {RESULTS}"


def _case_lines(case: TestCase) -> list[str]:
    place = f" ({case.file}:{case.line})" if case.file and case.line else ""
    lines = case.message.splitlines()
    if len(lines) > _FIRST + _LAST:
        lines = [*lines[:_FIRST], "...", *lines[-_LAST:]]
    return [f"FAILED {case.title}{place}", *(f"  {line}" for line in lines)]


def _remembered(file: Path) -> TestSummary | None:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return TestSummary(**{**data, "outcome": TestOutcome(data["outcome"]), "failures": ()})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remember(file: Path, summary: TestSummary) -> None:
    file.write_text(json.dumps(asdict(summary)), encoding="utf-8")
