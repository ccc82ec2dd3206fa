"""Decisions about a version: approve, reject."""

from __future__ import annotations

from invoke import Context, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command
from build_tasks.tasks.session import Session, version

_DECISION_HELP = {
    "version": words.VERSION,
    "key": words.KEY,
    "reason": "why, kept with the decision",
    "dry_run": words.DRY_RUN,
}


def tasks(session: Session, name: str) -> list[Task]:
    """The tasks of service ``name``."""

    @command(help=_DECISION_HELP)
    @session.boundary
    def approve(
        context: Context, version: str = "", key: str = "", reason: str = "", dry_run: bool = False
    ) -> None:
        """Sign that exactly these digests may go to production."""
        _decide(session, name, "approve", version, key, reason, dry_run)

    @command(help=_DECISION_HELP)
    @session.boundary
    def reject(
        context: Context, version: str = "", key: str = "", reason: str = "", dry_run: bool = False
    ) -> None:
        """Sign that a version must not go to production; wins over every approval."""
        _decide(session, name, "reject", version, key, reason, dry_run)

    return [approve, reject]


def _decide(
    session: Session, name: str, decision: str, wanted: str, key: str, reason: str, dry_run: bool
) -> None:
    from pathlib import Path

    from build_tasks.model.evidence import Decision
    from build_tasks.steps.evidence.approval import decide, missing_approvals
    from build_tasks.steps.evidence.released import artifacts
    from build_tasks.steps.release.release import key_of, record

    path = Path(key) if key else None
    chosen, service = version(wanted), session.service(name)
    if dry_run:
        found = artifacts(session.bench, service, chosen)
        record(session.bench, service, chosen)
        key_of(session.bench, path, f"{decision} {name} {chosen.tag}")
        session.answers.show_text(
            f"{decision} {name} {chosen.tag}\n"
            f"  sign a statement about image {found.image} and chart {found.chart}\n"
            "  attach it to the image in the registry\n"
        )
        return
    decide(session.bench, service, chosen, Decision(decision), key=path, reason=reason)
    if decision == "approve":
        missing = missing_approvals(session.bench, service, chosen)
        session.answers.show_line(missing or f"next: ./inv {name}.promote --version {chosen}")
