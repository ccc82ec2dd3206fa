"""``ci.*``: what a CI agent runs, the same as on a laptop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Collection, Context, Task

from build_tasks.tasks import ci_matrix, words
from build_tasks.tasks.ci_affected import affected
from build_tasks.tasks.ci_generate import generate
from build_tasks.tasks.ci_job import carry_out
from build_tasks.tasks.ci_lint import lint
from build_tasks.tasks.ci_simulate import simulate
from build_tasks.tasks.command import command, command_side_by_side
from build_tasks.tasks.session import Session

if TYPE_CHECKING:
    from build_tasks.model.event import BuildEvent
    from build_tasks.model.plan import Plan

_EVENT_HELP = {
    "event": "push, pull_request, manual, schedule, tag or deletion (default: what the CI says, else push)",
    "branch": "the branch it is about (default: what the CI says, else the one checked out)",
    "base": "commit to compare with (default: the CI's, else the parent on main, else where it left main)",
    "target": "the branch a pull request is to go into (default: what the CI says, else main)",
    "actor": "who caused it (default: whom the CI authenticated)",
}
_PLAN_HELP = {
    **_EVENT_HELP,
    "deliver": "with the delivery of a release",
    "only": words.ONLY,
    "matrix": "as the jobs of a CI system: azure, github or gitlab",
    "json": words.JSON,
}


def collection(session: Session) -> Collection:
    """The collection ``ci``."""
    tasks = Collection("ci")
    tasks.add_task(_run(session))
    tasks.add_task(_plan(session))
    tasks.add_task(_deliver(session))
    tasks.add_task(simulate(session))
    tasks.add_task(lint(session))
    tasks.add_task(affected(session))
    tasks.add_task(generate(session))
    return tasks


def _run(session: Session) -> Task:
    @command_side_by_side(
        help={
            **_EVENT_HELP,
            "only": words.ONLY,
            "jobs": words.JOBS,
            "force": words.FORCE,
            "deliver": "a release goes on through its environments (--no-deliver leaves it to ci.deliver)",
            "dry_run": words.DRY_RUN,
        }
    )
    @session.boundary
    def run(
        context: Context,
        event: str = "",
        branch: str = "",
        base: str = "",
        target: str = "",
        actor: str = "",
        deliver: bool = True,
        only: str = "",
        jobs: int = 0,
        force: bool = False,
        dry_run: bool = False,
    ) -> None:
        """Do what branch, event and commits call for, no more."""
        _, plan = _planned(session, (event, branch, base, target, actor), deliver, only)
        if dry_run:
            session.show_plan(plan)
        else:
            carry_out(session, "ci.run", plan, jobs, force=force)

    return run


def _plan(session: Session) -> Task:
    @command(help=_PLAN_HELP)
    @session.boundary
    def plan(
        context: Context,
        event: str = "",
        branch: str = "",
        base: str = "",
        target: str = "",
        actor: str = "",
        deliver: bool = True,
        only: str = "",
        matrix: str = "",
        json: bool = False,
    ) -> None:
        """Print what ci.run would do, each step with its reason; touch nothing."""
        found, planned = _planned(session, (event, branch, base, target, actor), deliver, only)
        if matrix:
            ci_matrix.show(session, matrix, found, planned)
        else:
            session.show_event(found, planned, json=json)

    return plan


def _deliver(session: Session) -> Task:
    @command(help={"branch": _EVENT_HELP["branch"], "dry_run": words.DRY_RUN})
    @session.boundary
    def deliver(context: Context, branch: str = "", dry_run: bool = False) -> None:
        """Take a pushed release through its environments, up to the approval."""
        plan = _delivery(session, branch)
        if dry_run:
            session.show_plan(plan)
        else:
            carry_out(session, "ci.deliver", plan, 1)

    return deliver


def _planned(
    session: Session, flags: tuple[str, str, str, str, str], deliver: bool, only: str
) -> tuple[BuildEvent, Plan]:
    from build_tasks.planning.ci.events import typed
    from build_tasks.planning.plans.several import chosen, narrowed
    from build_tasks.steps.ci.events import event_here
    from build_tasks.steps.ci.plans import plan_for

    event = event_here(session.bench, typed(*flags), session.composition.told)
    plan = plan_for(session.bench, event, deliver=deliver)
    return event, narrowed(plan, chosen(only, list(session.bench.services))) if only else plan


def _delivery(session: Session, branch: str) -> Plan:
    from build_tasks.planning.ci.events import typed
    from build_tasks.steps.ci.events import event_here
    from build_tasks.steps.ci.plans import delivery_of

    told = session.composition.told
    if not branch and not told.branch:
        return delivery_of(session.bench, session.bench.source.branch())
    return delivery_of(session.bench, event_here(session.bench, typed("", branch, "", "", ""), told).branch)
