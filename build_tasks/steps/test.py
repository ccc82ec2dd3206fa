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
from build_tasks.planning.junit import summarise
from build_tasks.steps.image import build_stage
from build_tasks.steps.inputs import Recipe
from build_tasks.steps.workbench import Workbench

#: Where the testrunner's container writes its reports.
RESULTS = "/results"
_CODES = {
    TestOutcome.FAILED: ExitCode.TESTS_FAILED,
    TestOutcome.CRASHED: ExitCode.RUNNER_CRASHED,
    TestOutcome.EMPTY: ExitCode.NO_TESTS,
}


def test(bench: Workbench, service: Service, made: Recipe, *, force: bool = False) -> TestSummary:
    """Build the testrunner stage, run it, and sum up its report.

    A pass is remembered for the inputs it was for; a failure is always run again.

    :raises FlowError: BUILD_FAILED, TESTS_FAILED, RUNNER_CRASHED or NO_TESTS.
    """
    kept = bench.folder(service, "tests") / made.inputs[:16]
    remembered = None if force else _remembered(kept / "summary.json")
    if remembered is not None:
        bench.reporter.skip(f"test {service.name}", f"unchanged inputs passed before: {remembered.line}")
        return remembered
    image = build_stage(bench, service, TESTRUNNER, made)
    with bench.reporter.step(f"test {service.name}", f"inputs {made.inputs[:12]} were not tested yet"):
        summary, ended = _run(bench, image.id, kept)
        if summary.outcome is not TestOutcome.PASSED:
            raise _failure(service, summary, ended, kept)
    bench.reporter.note(summary.line)
    _remember(kept / "summary.json", summary)
    return summary


def _run(bench: Workbench, image: str, kept: Path) -> tuple[TestSummary, ContainerExit]:
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as scratch:
        results = Path(scratch, "results")
        results.mkdir()
        ended = bench.builder.run(image, results_from=RESULTS, results_to=results, env={})
        (results / "output.txt").write_text(ended.output, encoding="utf-8")
        reports = [file.read_bytes() for file in sorted(results.rglob("*.xml"))]
        shutil.rmtree(kept, ignore_errors=True)
        results.rename(kept)
    return summarise(reports, ended.status), ended


def _failure(service: Service, summary: TestSummary, ended: ContainerExit, kept: Path) -> FlowError:
    match summary.outcome:
        case TestOutcome.FAILED:
            why, details = summary.line, [line for case in summary.failures for line in _case_lines(case)]
        case TestOutcome.EMPTY:
            why, details = "the test runner ran no test", ended.output.splitlines()[-10:]
        case _:
            killed = " (out of memory)" if ended.oom_killed else ""
            why = (
                f"the test runner ended with status {ended.status}{killed} and no usable report in {RESULTS}"
            )
            details = ended.output.splitlines()[-15:]
    fix = f"the reports are in {kept}"
    return FlowError(f"test {service.name}", why, fix, code=_CODES[summary.outcome], details=details)


def _case_lines(case: TestCase) -> list[str]:
    return [f"FAILED {case.name}", *(f"  {line}" for line in case.message.splitlines())]


def _remembered(file: Path) -> TestSummary | None:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return TestSummary(**{**data, "outcome": TestOutcome(data["outcome"]), "failures": ()})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _remember(file: Path, summary: TestSummary) -> None:
    file.write_text(json.dumps(asdict(summary)), encoding="utf-8")
