"""Into production: approve, reject, promote."""

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
    return [*_decisions(session, name), _promote(session, name)]


def _decisions(session: Session, name: str) -> list[Task]:
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


def _promote(session: Session, name: str) -> Task:
    @command(
        help={
            "version": words.VERSION,
            "downgrade": "also when production runs a newer version",
            "reason": words.REASON,
            "dry_run": words.DRY_RUN,
        }
    )
    @session.boundary
    def promote(
        context: Context, version: str = "", downgrade: bool = False, reason: str = "", dry_run: bool = False
    ) -> None:
        """Into production: check the approval, copy by digest, deploy, verify, move the traffic."""
        _do_promote(session, name, version, downgrade, reason, dry_run)

    return promote


def _decide(
    session: Session, name: str, decision: str, wanted: str, key: str, reason: str, dry_run: bool
) -> None:
    from pathlib import Path

    from build_tasks.model.evidence import Decision
    from build_tasks.steps.approval import decide, missing_approvals
    from build_tasks.steps.release import key_of, record
    from build_tasks.steps.released import artifacts

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


def _do_promote(
    session: Session, name: str, wanted: str, downgrade: bool, reason: str, dry_run: bool
) -> None:
    from build_tasks.model.plan import Expected, Plan
    from build_tasks.planning.pipeline import promotion
    from build_tasks.planning.versions import check_production
    from build_tasks.steps.live import active_version
    from build_tasks.steps.released import artifacts

    chosen, service = version(wanted), session.service(name)
    artifacts(session.bench, service, chosen)
    production = session.bench.settings.production
    session.bench.environments.workloads(production).check_cluster()
    running = active_version(session.bench, service, production)
    check_production(name, chosen, running, downgrade)
    because = (
        f"promote {name} {chosen.tag} to {production.name}, which runs {running.tag if running else 'none'}"
    )
    plan = Plan(because, tuple(promotion(service, chosen, production.name, Expected(running))))
    session.run(plan, dry_run=dry_run, reason=reason or f"{chosen.tag} promoted")
