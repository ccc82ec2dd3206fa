"""What `inv ci.lint` found, for the person who has to correct it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TextIO

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.account import Annotation, Level
from build_tasks.model.ci_lint import LintFinding, LintReport
from build_tasks.presentation.annotations import annotating
from build_tasks.presentation.sink import Sink
from build_tasks.presentation.surroundings import surroundings_of


def told(report: LintReport) -> Iterator[str]:
    """Each finding as ``file:line: rule: what is wrong``, with what to do below; last a line that counts."""
    for finding in report.findings:
        yield _placed(finding)
        if finding.fix:
            yield f"    to do: {finding.fix}"
    yield _counted(report)


def annotate(report: LintReport, stream: TextIO, environ: Mapping[str, str]) -> None:
    """Each finding in the form that the CI shows beside the log and the file; nothing outside of one.

    :param stream: standard error, as answers are read from standard output.
    """
    show = annotating(surroundings_of(stream, environ).ci, Sink(stream))
    for finding in report.findings:
        level = Level.ERROR if finding.rule.is_mistake else Level.WARNING
        show(Annotation(level, _with_fix(finding.message, finding), finding.rule, finding.file, finding.line))


def refusal(report: LintReport) -> FlowError | None:
    """The mistakes as an error, where this is one check among others; None if there is none."""
    if not report.mistakes:
        return None
    lines = [_with_fix(_placed(finding), finding) for finding in report.mistakes]
    why, fix = "\n".join(lines), "correct them; docs/ci-lint.md explains each rule"
    return FlowError("check the pipelines", why, fix, code=ExitCode.CONFIG)


def _placed(finding: LintFinding) -> str:
    return f"{finding.file}:{finding.line}: {finding.rule}: {finding.message}"


def _with_fix(text: str, finding: LintFinding) -> str:
    return f"{text} (to do: {finding.fix})" if finding.fix else text


def _counted(report: LintReport) -> str:
    if not report.files:
        return "there is no pipeline file"
    notes = len(report.findings) - len(report.mistakes)
    files = f"{len(report.files)} pipeline file{'s' if len(report.files) > 1 else ''}"
    found = f"{files}, {len(report.mistakes)} mistake{'' if len(report.mistakes) == 1 else 's'}"
    found += f", {notes} not looked into" if notes else ""
    return found + (f", {len(report.allowed)} allowed" if report.allowed else "")
