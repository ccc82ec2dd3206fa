"""Running a service's unit tests in its testrunner image."""

from __future__ import annotations

import tempfile
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import ContainerExit, LocalImage
from build_tasks.model.service import Service
from build_tasks.model.tests import CaseResult, TestCase, TestOutcome, TestRunError, TestSummary
from build_tasks.planning.dockerfiles.container_files import ContainerFiles, container_files
from build_tasks.planning.dockerfiles.dockerfile import TESTRUNNER
from build_tasks.planning.reports.failures import failure_lines
from build_tasks.planning.reports.merged import merged_junit
from build_tasks.planning.reports.summary import TestRun, sum_up
from build_tasks.steps.artifacts.image import build_stage
from build_tasks.steps.artifacts.image_labels import UNSEEN_LABEL
from build_tasks.steps.artifacts.inputs import Recipe
from build_tasks.steps.artifacts.test_results import Results, passed_before, reports_in, results_of
from build_tasks.steps.workbench import Workbench

#: Where the testrunner's container writes its reports, in whatever dialect.
RESULTS = "/results"
#: The variable in which a testrunner finds the expression that chooses tests, in its framework's own words.
FILTER = "TEST_FILTER"
#: Label with which a testrunner's image says how it takes that expression, and the one way there is.
FILTER_LABEL, FROM_ENVIRONMENT = "build-tasks.test-filter", "env"


def test(
    bench: Workbench, service: Service, made: Recipe, *, force: bool = False, matching: str = ""
) -> TestSummary:
    """Build the testrunner stage, run it, and sum up its reports.

    ``.build/<service>/tests/<inputs>`` then has all tests in one ``junit.xml``, what the container printed in
    ``output.txt``, and its own files in ``results/``. For whatever uploads it, the JUnit file is also
    ``.build/ci/junit/<service>.xml``. A pass is remembered for the inputs it was for; a failure is always run
    again.

    :param matching: run only tests that match this expression, in the words of the service's framework.
        Such a run has a folder of its own, is no pass of the inputs, and nothing for CI.
    :raises TestRunError: TESTS_FAILED, RUNNER_CRASHED or NO_TESTS.
    :raises FlowError: BUILD_FAILED; USAGE for an expression that the testrunner does not take.
    """
    remembered = None if force or matching else passed_before(bench, service, made)
    if remembered is not None:
        return remembered
    results = results_of(bench, service, made, matching)
    results.withdraw()
    image = build_stage(bench, service, TESTRUNNER, made)
    _check_takes(service, image, matching)
    reason = (
        f"only what matches {matching!r}" if matching else f"inputs {made.inputs[:12]} were not tested yet"
    )
    with bench.reporter.step(f"test {service.name}", reason):
        summary, ended = _run(bench, service, image, made, results, matching)
        unmatched = bool(matching) and summary.outcome is TestOutcome.EMPTY
        if summary.outcome is not TestOutcome.PASSED and not unmatched:
            raise _failure(service, summary, ended, results.folder)
    if unmatched:  # no failure of the step: among several services only some have a match
        raise _failure(service, summary, ended, results.folder)
    bench.reporter.note(summary.line)
    return summary


def _run(
    bench: Workbench, service: Service, image: LocalImage, made: Recipe, results: Results, matching: str
) -> tuple[TestSummary, ContainerExit]:
    where = _files_in_it(bench, service, made)
    with tempfile.TemporaryDirectory(dir=results.parent) as scratch:
        run = Path(scratch, "run")
        left = run / "results"
        left.mkdir(parents=True)
        env = {FILTER: matching} if matching else {}
        ended = bench.builder.run(image.id, results_from=RESULTS, results_to=left, env=env)
        found = sum_up(reports_in(left), ended.status, where, matching)
        (run / "output.txt").write_text(ended.output, encoding="utf-8")
        lasting = UNSEEN_LABEL not in image.labels
        results.keep(run, found.summary, _junit(service, found, ended), lasting=lasting)
    return found.summary, ended


def _files_in_it(bench: Workbench, service: Service, made: Recipe) -> ContainerFiles:
    text = (bench.settings.root / service.dockerfile).read_text(encoding="utf-8")
    return container_files(text, TESTRUNNER, bench.source.files(made.paths))


def _check_takes(service: Service, image: LocalImage, matching: str) -> None:
    if matching and image.labels.get(FILTER_LABEL) != FROM_ENVIRONMENT:
        raise FlowError(
            f"test {service.name}",
            f"its testrunner does not say that it takes a filter: --filter {matching!r} would run all tests",
            f"leave out --filter, or let the stage {TESTRUNNER} of {service.dockerfile} hand ${FILTER} to its"
            f' framework and say so: LABEL {FILTER_LABEL}="{FROM_ENVIRONMENT}" (docs/configuration.md)',
            code=ExitCode.USAGE,
        )


def _junit(service: Service, found: TestRun, ended: ContainerExit) -> bytes:
    """All tests. A run without failures that is no pass has one more, or CI systems would show it as one."""
    summary = found.summary
    trouble = []
    if summary.outcome in (TestOutcome.CRASHED, TestOutcome.EMPTY):
        message = _why(summary, ended)
        trouble = [TestCase(service.name, TESTRUNNER, CaseResult.ERROR, message=message)]
    return merged_junit(service.name, [*found.cases, *trouble])


def _failure(service: Service, summary: TestSummary, ended: ContainerExit, kept: Path) -> TestRunError:
    details = [*failure_lines(summary)] if summary.failures else []
    if summary.outcome is not TestOutcome.FAILED:
        details += ended.output.splitlines()[-15:]
    fix = f"the reports are in {kept}"
    return TestRunError(f"test {service.name}", _why(summary, ended), fix, summary, details=details)


def _why(summary: TestSummary, ended: ContainerExit) -> str:
    match summary.outcome:
        case TestOutcome.FAILED:
            ran = summary.passed + summary.failed
            return f"{summary.failed} of {ran} {'test' if ran == 1 else 'tests'} failed"
        case TestOutcome.EMPTY if summary.matching:
            return f"no test matches --filter {summary.matching!r}"
        case TestOutcome.EMPTY:
            return "the test runner ran no test"
        case _:
            return _crash(summary, ended)


def _crash(summary: TestSummary, ended: ContainerExit) -> str:
    killed = " (out of memory)" if ended.oom_killed else ""
    limited = f" with --filter {summary.matching!r}" if summary.matching else ""
    status = f"the test runner ended with status {ended.status}{killed}{limited}"
    if summary.damage:
        return f"{status} and a damaged report in {RESULTS}: {summary.damage}"
    if summary.passed or summary.skipped:
        return f"{status} although no test failed"
    return f"{status} and no usable report in {RESULTS}"
