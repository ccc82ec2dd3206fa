"""What a CI system is told in its own forms: failed tests, test results, a summary."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from build_tasks.model.account import Annotation, Ending, Level, RunAccount
from build_tasks.model.ci import CiSystem, Elsewhere
from build_tasks.planning.ci.systems import recognised
from build_tasks.presentation.annotations import annotating, azure_command
from build_tasks.presentation.plain_text import printable, without_ci_commands
from build_tasks.presentation.sink import Sink
from build_tasks.presentation.summary import markdown, plain

#: GitHub shows ten errors of a step and drops the rest without a word
#: (https://docs.github.com/en/rest/checks/runs#update-a-check-run).
_ERRORS = 10
#: GitHub refuses a summary of more than 1 MiB; one of that length would not be read anyway.
_SUMMARY_BYTES = 512 * 1024


class CiForms:
    """Tells a CI system about a job.

    :param stream: standard output, on which the systems expect their commands.
    """

    def __init__(self, stream: TextIO, environ: Mapping[str, str]) -> None:
        self._sink = Sink(stream)
        self._ci = recognised(environ)
        self._environ = environ

    def tell(self, task: str, account: RunAccount, folder: Path) -> None:
        """Failed tests as annotations, all tests as results, and the summary where this CI shows it.

        GitHub and GitLab have no command for results: there the pipeline uploads ``.build/ci/junit/*.xml``.
        A plain shell has been told everything as it happened.

        :param task: what was run, ``ci.run``.
        :param folder: where a summary may be written.
        :raises OSError: it cannot be written.
        """
        self._annotate(account)
        if self._ci is CiSystem.AZURE:
            self._publish(account)
        self._summarise(task, account, folder)

    def _annotate(self, account: RunAccount) -> None:
        """Each failed action has an annotation of its own; tests get what is left of the ten."""
        failed = sum(step.ending is Ending.FAILED for step in account.steps)
        room = max(1, _ERRORS - failed)
        shown = list(account.broken)
        if len(shown) > room:
            more = f"{len(shown) - room + 1} more tests failed; the summary and the log name them"
            shown = [*shown[: room - 1], Annotation(Level.ERROR, more)]
        annotate = annotating(self._ci, self._sink)
        for annotation in shown:
            annotate(annotation)

    def _publish(self, account: RunAccount) -> None:
        """https://github.com/microsoft/azure-pipelines-agent, TestResults/ResultsCommandExtension.cs"""
        for tests in account.tests:
            properties = {
                "type": "JUnit",
                "runTitle": tests.service,
                "publishRunAttachments": "true",
                "resultFiles": str(tests.report.absolute()),
            }
            self._sink.line(azure_command("results.publish", properties, ""))

    def _summarise(self, task: str, account: RunAccount, folder: Path) -> None:
        match self._ci:
            case Elsewhere.SHELL:
                return
            case CiSystem.GITHUB if self._environ.get("GITHUB_STEP_SUMMARY"):
                with Path(self._environ["GITHUB_STEP_SUMMARY"]).open("ab") as summary:
                    summary.write(_within(markdown(task, account)))
            case CiSystem.AZURE:
                folder.mkdir(parents=True, exist_ok=True)
                file = folder.absolute() / f"{task}.md"
                file.write_bytes(_within(markdown(task, account)))
                self._sink.line(azure_command("task.uploadsummary", {}, str(file)))
            case _:
                for line in plain(task, account):
                    self._sink.line(without_ci_commands(printable(line)))


def ci_forms_on(stream: TextIO) -> CiForms:
    """The forms of this process's own CI system, on a stream of this process."""
    return CiForms(stream, os.environ)


def _within(text: str) -> bytes:
    data = text.encode()
    if len(data) <= _SUMMARY_BYTES:
        return data
    return data[:_SUMMARY_BYTES].decode(errors="ignore").encode() + b"\n\n... (cut off)\n"
