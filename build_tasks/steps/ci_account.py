"""What a CI job tells when its plan was carried out: steps, tests, failures, and what to type next."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.account import Annotation, RunAccount, TestsAccount
from build_tasks.model.plan import Verb
from build_tasks.model.service import Service
from build_tasks.model.tests import TestCase
from build_tasks.planning.failed_tests import annotation_of, in_repository
from build_tasks.planning.next_commands import commands_after
from build_tasks.planning.reports.merged import merged_junit
from build_tasks.planning.reports.summary import TestRun, sum_up
from build_tasks.steps.inputs import built_from
from build_tasks.steps.ledger import Entry, Ledger
from build_tasks.steps.workbench import Workbench

#: Failures of a run of tests that nevertheless says which tests there were.
_WITH_A_REPORT = (ExitCode.TESTS_FAILED, ExitCode.RUNNER_CRASHED, ExitCode.NO_TESTS)


def ci_folder(bench: Workbench) -> Path:
    """What a CI job leaves behind for its system to pick up."""
    return bench.settings.build_folder / "ci"


def forget_reports(bench: Workbench) -> None:
    """Remove the reports of an earlier job: what is there afterwards is this one's."""
    shutil.rmtree(ci_folder(bench) / "junit", ignore_errors=True)


def account_of(ledger: Ledger) -> RunAccount:
    """The account of a plan, whatever became of it.

    All tests that ran, or whose remembered result counted, are then in ``.build/ci/junit/<service>.xml``,
    with their files by their paths in the repository.
    """
    tests, broken = [], list[Annotation]()
    for service, run in _tested(ledger):
        files = _files(ledger.bench, service)
        tests.append(_written(ledger.bench, service, run, files))
        broken += [annotation_of(case, files, service.folder) for case in run.summary.failures]
    return RunAccount(
        because=ledger.plan.because,
        steps=tuple(entry.account for entry in ledger.entries.values()),
        skipped=ledger.plan.skipped,
        tests=tuple(tests),
        broken=tuple(broken),
        following=commands_after(ledger.plan, ledger.failed()),
    )


def _tested(ledger: Ledger) -> Iterator[tuple[Service, TestRun]]:
    for action, entry in ledger.entries.items():
        if action.verb is Verb.TEST:
            service = ledger.bench.services[action.service]
            report = _kept(ledger.bench, service, entry)
            if report is not None:
                yield service, sum_up({report.name: report.read_bytes()}, status=0)


def _files(bench: Workbench, service: Service) -> Sequence[str]:
    """What the service is made of; nothing if git cannot be asked any more, as after an interruption."""
    try:
        return bench.source.files(built_from(bench, service))
    except FlowError:
        return []


def _kept(bench: Workbench, service: Service, entry: Entry) -> Path | None:
    """The report that the step ``test`` keeps for these inputs; None if it came to none this time."""
    came_to_one = entry.failure in (ExitCode.OK, *_WITH_A_REPORT)
    if not entry.inputs or not came_to_one:
        return None
    report = bench.folder(service, "tests") / entry.inputs[:16] / "junit.xml"
    return report if report.is_file() else None


def _written(bench: Workbench, service: Service, run: TestRun, files: Sequence[str]) -> TestsAccount:
    def located(case: TestCase) -> TestCase:
        return replace(case, file=in_repository(case.file, files, service.folder) or case.file)

    report = ci_folder(bench) / "junit" / f"{service.name}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_bytes(merged_junit(service.name, map(located, run.cases)))
    counts = run.summary
    return TestsAccount(service.name, counts.passed, counts.failed, counts.skipped, counts.seconds, report)
