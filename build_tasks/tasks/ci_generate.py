"""``ci.generate``: the pipelines of CI systems, written from the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Context, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command
from build_tasks.tasks.session import Session

if TYPE_CHECKING:
    from build_tasks.steps.ci.pipelines import Changes


def generate(session: Session) -> Task:
    """The task."""

    @command(
        help={
            "system": words.SYSTEMS,
            "check": "write nothing; fail where a file differs from what would be written, and show how",
            "force": "also over files that were not generated",
            "dry_run": words.DRY_RUN,
        }
    )
    @session.boundary
    def generate(
        context: Context, system: str = "", check: bool = False, force: bool = False, dry_run: bool = False
    ) -> None:
        """Write the pipelines of Azure Pipelines, GitHub Actions and GitLab CI from the settings."""
        from build_tasks.steps.ci.pipelines import changes_here, refuse_drift, systems_here, write

        bench = session.bench
        changes = changes_here(bench, systems_here(bench, system))
        if check:
            session.answers.show_text("\n".join(changes.diff))
            refuse_drift(changes)
        elif dry_run:
            _show(session, changes)
        else:
            write(bench, changes, force=force)
            _show(session, changes)

    return generate


def _show(session: Session, changes: Changes) -> None:
    """A line for each file: what becomes of it."""
    for path, outcome in changes.outcomes.items():
        session.answers.show_line(f"{path}: {outcome}")
