"""Into production: promote, at once or as it was planned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from invoke import Context, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command
from build_tasks.tasks.session import Session, version

if TYPE_CHECKING:
    from build_tasks.model.promotion import Preview

_HELP = {
    "version": words.VERSION,
    "plan": "change nothing; show digests and what would be different, and write the plan to this file",
    "apply": "do what this file plans, if nothing is different by now",
    "downgrade": "also when production runs a newer version",
    "reason": words.REASON,
    "dry_run": words.DRY_RUN,
}


def tasks(session: Session, name: str) -> list[Task]:
    """The tasks of service ``name``."""

    @command(help=_HELP)
    @session.boundary
    def promote(
        context: Context,
        version: str = "",
        plan: str = "",
        apply: str = "",
        downgrade: bool = False,
        reason: str = "",
        dry_run: bool = False,
    ) -> None:
        """Into production: check the approval, copy by digest, deploy, verify, move the traffic."""
        if apply:
            _check_alone(plan, downgrade, reason)
            _apply(session, name, version, apply, dry_run)
        elif plan:
            _plan(session, name, version, plan, downgrade, reason, dry_run)
        else:
            _promote(session, name, version, downgrade, reason, dry_run)

    return [promote]


def _promote(session: Session, name: str, wanted: str, downgrade: bool, reason: str, dry_run: bool) -> None:
    from contextlib import nullcontext

    from build_tasks.steps.delivery.holding import holding
    from build_tasks.steps.delivery.promotion import at_once
    from build_tasks.steps.evidence.released import artifacts

    chosen, service = version(wanted), session.service(name)
    artifacts(session.bench, service, chosen)
    # What production runs decides whether this is a downgrade: nobody may change it before it is done.
    alone = nullcontext() if dry_run else holding(session.bench, name, session.bench.settings.production)
    with alone:
        plan = at_once(session.bench, service, chosen, downgrade=downgrade)
        session.run(plan, dry_run=dry_run, reason=reason or f"{chosen.tag} promoted")


def _plan(
    session: Session, name: str, wanted: str, file: str, downgrade: bool, reason: str, dry_run: bool
) -> None:
    from pathlib import Path

    from build_tasks.steps.delivery.promotion import preview
    from build_tasks.steps.delivery.promotion_files import check_free, write

    chosen, service = version(wanted), session.service(name)
    check_free(Path(file))
    because = reason or f"{chosen.tag} promoted"
    seen = preview(session.bench, service, chosen, reason=because, downgrade=downgrade)
    for line in _told(seen):
        session.answers.show_line(line)
    session.answers.show_diff(seen.diff)
    if not dry_run:
        write(Path(file), seen.plan)
        session.answers.show_line(f"next: ./inv {name}.promote --apply {file}")


def _apply(session: Session, name: str, wanted: str, file: str, dry_run: bool) -> None:
    from pathlib import Path

    from build_tasks.steps.delivery.promotion import actions_of, carry_out, check_holds
    from build_tasks.steps.delivery.promotion_files import read

    service = session.service(name)
    planned = read(Path(file), name, str(version(wanted)) if wanted else "")
    if dry_run:
        check_holds(session.bench, service, planned)
        session.show_plan(actions_of(service, planned))
    else:
        carry_out(session.bench, service, planned)


def _check_alone(plan: str, downgrade: bool, reason: str) -> None:
    """What a plan says is not said again."""
    from build_tasks.errors import ExitCode, FlowError

    said = {"--plan": plan, "--downgrade": downgrade, "--reason": reason}
    given = [flag for flag, value in said.items() if value]
    if given:
        why = f"--apply does what its file says, and {' and '.join(given)} would say something else"
        fix = "plan anew with them, then apply that"
        raise FlowError("read the command line", why, fix, code=ExitCode.USAGE)


def _told(seen: Preview) -> Iterator[str]:
    """The plan in lines; what is different in production comes after them."""
    plan = seen.plan
    yield f"promote {plan.service} {plan.version.tag} to {plan.environment}, which runs {plan.expected.words}"
    yield f"  image      {plan.found.image}"
    yield f"  chart      {plan.found.chart}"
    yield f"  commit     {plan.commit}"
    by = ", ".join(one.by for one in plan.approvals)
    yield f"  approvals  {len(plan.approvals)} of {plan.required}{f': {by}' if by else ''}"
    for obstacle in seen.obstacles:
        yield f"  would be refused now: {obstacle}"
    yield f"  manifests  {'differ from what runs:' if seen.diff else 'are those of what runs'}"
