"""What `inv ci.lint` found, for the person who has to correct it."""

from __future__ import annotations

from collections.abc import Iterator

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.ci_lint import LintFinding, LintReport


def told(report: LintReport) -> Iterator[str]:
    """Each finding as ``file:line: rule: what is wrong``, with what to do below; last a line that counts."""
    for finding in report.findings:
        yield from _told(finding)
    yield _counted(report)


def refusal(report: LintReport) -> FlowError | None:
    """The same as an error, where it is one check among others; None if there is no mistake."""
    if not report.mistakes:
        return None
    *lines, why = told(report)
    fix = "correct them; docs/ci-lint.md explains each rule"
    return FlowError("check the pipelines", why, fix, code=ExitCode.CONFIG, details=lines)


def _told(finding: LintFinding) -> Iterator[str]:
    yield f"{finding.file}:{finding.line}: {finding.rule}: {finding.message}"
    if finding.fix:
        yield f"    to do: {finding.fix}"


def _counted(report: LintReport) -> str:
    if not report.files:
        return "there is no pipeline file"
    notes = len(report.findings) - len(report.mistakes)
    files = f"{len(report.files)} pipeline file{'s' if len(report.files) > 1 else ''}"
    found = f"{files}, {len(report.mistakes)} mistake{'' if len(report.mistakes) == 1 else 's'}"
    return found + (f", {notes} not looked into" if notes else "")
