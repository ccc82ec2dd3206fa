"""What a CI job tells when its plan was carried out: steps, tests, failures, and what to type next."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from build_tasks.errors import ExitCode
from build_tasks.model.account import Annotation, RunAccount, TestsAccount
from build_tasks.model.plan import Verb
from build_tasks.model.service import Service
from build_tasks.model.tests import TestCase, TestSummary
from build_tasks.planning.ci.failed_tests import annotation_of
from build_tasks.planning.plans.next_commands import commands_after
from build_tasks.planning.reports.summary import sum_up
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

    The step ``test`` has left all tests that ran, or whose remembered result counted, in
    ``.build/ci/junit/<service>.xml``, with their files by their paths in the repository.
    """
    tests, broken = [], list[Annotation]()
    for service, summary in _tested(ledger):
        report = ci_folder(ledger.bench) / "junit" / f"{service.name}.xml"
        counts = (summary.passed, summary.failed, summary.skipped, summary.seconds)
        tests.append(TestsAccount(service.name, *counts, report))
        broken += (annotation_of(_placed(ledger.bench, case)) for case in summary.failures)
    return RunAccount(
        because=ledger.plan.because,
        steps=tuple(entry.account for entry in ledger.entries.values()),
        skipped=ledger.plan.skipped,
        tests=tuple(tests),
        broken=tuple(broken),
        following=commands_after(ledger.plan, ledger.failed()),
    )


def _placed(bench: Workbench, case: TestCase) -> TestCase:
    """Without a place that is none in the repository: nothing can be shown there."""
    known = case.file and not case.file.startswith("/") and (bench.settings.root / case.file).is_file()
    return case if known else replace(case, file="", line=0)


def _tested(ledger: Ledger) -> Iterator[tuple[Service, TestSummary]]:
    for action, entry in ledger.entries.items():
        if action.verb is Verb.TEST:
            service = ledger.bench.services[action.service]
            report = _kept(ledger.bench, service, entry)
            if report is not None:
                yield service, sum_up({report.name: report.read_bytes()}, status=0).summary


def _kept(bench: Workbench, service: Service, entry: Entry) -> Path | None:
    """The report that the step ``test`` keeps for these inputs; None if it came to none this time."""
    came_to_one = entry.failure in (ExitCode.OK, *_WITH_A_REPORT)
    if not entry.inputs or not came_to_one:
        return None
    report = bench.folder(service, "tests") / entry.inputs[:16] / "junit.xml"
    return report if report.is_file() else None
