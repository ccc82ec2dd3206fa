"""``ci.*``: what a CI agent runs, the same as on a laptop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Collection, Context, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command, command_side_by_side
from build_tasks.tasks.crew import conclude, crew_of, show_outcomes
from build_tasks.tasks.session import Session

if TYPE_CHECKING:
    from build_tasks.model.plan import Plan

_EVENT_HELP = {
    "event": "push or pull_request",
    "branch": "the branch it is about (default: the one checked out)",
    "base": "commit to compare with (default: the parent on main, else where the branch left main)",
}


def collection(session: Session) -> Collection:
    """The collection ``ci``."""
    tasks = Collection("ci")
    tasks.add_task(_run(session))
    tasks.add_task(_plan(session))
    tasks.add_task(_deliver(session))
    return tasks


def _run(session: Session) -> Task:
    @command_side_by_side(
        help={
            **_EVENT_HELP,
            "jobs": words.JOBS,
            "deliver": "a release goes on through its environments (--no-deliver leaves it to ci.deliver)",
            "dry_run": words.DRY_RUN,
        }
    )
    @session.boundary
    def run(
        context: Context,
        event: str = "push",
        branch: str = "",
        base: str = "",
        deliver: bool = True,
        jobs: int = 0,
        dry_run: bool = False,
    ) -> None:
        """Do what branch, event and commits call for, no more."""
        plan = _planned(session, event, branch, base, deliver)
        if dry_run:
            session.show_plan(plan)
        else:
            _carry_out(session, plan, jobs)

    return run


def _carry_out(session: Session, plan: Plan, jobs: int) -> None:
    """Several services side by side: one that fails hides nothing of the others."""
    from build_tasks.planning.several import apart
    from build_tasks.steps.several import execute_each, outcome

    plans = apart(plan)
    if len(plans) < 2:
        session.run(plan, dry_run=False)
        return
    ended = execute_each(session.bench, plans, crew_of(session, jobs), "ci.run", reason=session.head_reason())
    show_outcomes(session, [outcome(one) for one in ended])
    conclude([one.error for one in ended])


def _plan(session: Session) -> Task:
    @command(help={**_EVENT_HELP, "deliver": "with the delivery of a release", "json": words.JSON})
    @session.boundary
    def plan(
        context: Context,
        event: str = "push",
        branch: str = "",
        base: str = "",
        deliver: bool = True,
        json: bool = False,
    ) -> None:
        """Print what ci.run would do, each step with its reason; touch nothing."""
        planned = _planned(session, event, branch, base, deliver)
        if json:
            session.answers.show_json(planned)
        else:
            session.show_plan(planned)

    return plan


def _deliver(session: Session) -> Task:
    @command(help={"branch": _EVENT_HELP["branch"], "dry_run": words.DRY_RUN})
    @session.boundary
    def deliver(context: Context, branch: str = "", dry_run: bool = False) -> None:
        """Take a pushed release through its environments, up to the approval."""
        session.run(_delivery(session, branch), dry_run=dry_run)

    return deliver


def _planned(session: Session, event: str, branch: str, base: str, deliver: bool) -> Plan:
    from build_tasks.steps.ci import event_here, plan_for

    return plan_for(session.bench, event_here(session.bench, event, branch, base), deliver=deliver)


def _delivery(session: Session, branch: str) -> Plan:
    from build_tasks.steps.ci import delivery_of

    return delivery_of(session.bench, branch or session.bench.source.branch())
