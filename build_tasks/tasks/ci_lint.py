"""``ci.lint``: mistakes in pipeline files."""

from __future__ import annotations

from invoke import Context, Exit, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command
from build_tasks.tasks.session import Session

_HELP = {
    "files": "these, a.yml,b.yml (default: all pipeline files of the repository)",
    "strict": "fail also where something could not be looked into",
    "json": words.JSON,
}


def lint(session: Session) -> Task:
    """The task."""

    @command(help=_HELP)
    @session.boundary
    def lint(context: Context, files: str = "", strict: bool = False, json: bool = False) -> None:
        """Hold pipeline files against what services are built from: filters, branches, checks, scans."""
        import os
        import sys

        from build_tasks.errors import ExitCode
        from build_tasks.presentation.findings import annotate, told
        from build_tasks.steps.ci.lint import lint as look

        report = look(session.bench, [name for name in files.split(",") if name])
        if json:
            session.answers.show_json(report)
        else:
            session.answers.show_text("\n".join(told(report)))
        annotate(report, sys.stderr, os.environ)
        if report.findings if strict else report.mistakes:
            raise Exit(code=int(ExitCode.CONFIG))

    return lint
