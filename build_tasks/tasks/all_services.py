"""``all.*``: the same for every service, side by side.

There is no ``all.push``: a version is a service's own, and release branches push it.
"""

from __future__ import annotations

from invoke import Collection, Context, Task

from build_tasks.tasks import all_views, words
from build_tasks.tasks.command import command_side_by_side
from build_tasks.tasks.crew import conclude, crew_of, show_outcomes
from build_tasks.tasks.session import Session

_CHECK_HELP = {"only": words.ONLY, "jobs": words.JOBS, "json": words.JSON, "dry_run": words.DRY_RUN}
_BUILD_HELP = {**_CHECK_HELP, "force": words.FORCE}


def collection(session: Session) -> Collection:
    """The collection ``all``."""
    made = (
        _made(session, "build", "Build every service's code, side by side."),
        _made(session, "image", "Build every service's runtime image, side by side."),
        _made(session, "scan", "Scan every service's runtime image, side by side.", words.SCAN_AGAIN),
    )
    return Collection("all", *made, _test(session), _package(session), *all_views.tasks(session))


def _made(session: Session, verb: str, explained: str, force: str = words.FORCE) -> Task:
    """The task of a verb that makes something of unchanged inputs only if it is forced to."""

    def body(
        context: Context,
        only: str = "",
        jobs: int = 0,
        force: bool = False,
        dry_run: bool = False,
        json: bool = False,
    ) -> None:
        _run(session, verb, only, jobs, force=force, dry_run=dry_run, json=json)

    body.__name__, body.__doc__ = verb, explained
    task: Task = command_side_by_side(help={**_CHECK_HELP, "force": force})(session.boundary(body))
    return task


def _test(session: Session) -> Task:
    @command_side_by_side(help={**_BUILD_HELP, "filter": words.FILTER})
    @session.boundary
    def test(
        context: Context,
        only: str = "",
        jobs: int = 0,
        filter: str = "",
        force: bool = False,
        dry_run: bool = False,
        json: bool = False,
    ) -> None:
        """Run every service's unit tests, side by side."""
        _run(session, "test", only, jobs, force=force, matching=filter, dry_run=dry_run, json=json)

    return test


def _package(session: Session) -> Task:
    @command_side_by_side(help=_CHECK_HELP)
    @session.boundary
    def package(
        context: Context, only: str = "", jobs: int = 0, dry_run: bool = False, json: bool = False
    ) -> None:
        """Check every service's Helm chart, side by side."""
        _run(session, "package", only, jobs, dry_run=dry_run, json=json)

    return package


def _run(
    session: Session,
    verb: str,
    only: str,
    jobs: int,
    *,
    dry_run: bool,
    json: bool,
    force: bool = False,
    matching: str = "",
) -> None:
    from build_tasks.model.plan import Verb
    from build_tasks.planning.plans.several import plan_each, together
    from build_tasks.steps.several import execute_each, outcome

    bench, crew, task = session.bench, crew_of(session, jobs), f"all.{verb}"
    plans = plan_each(Verb(verb), session.chosen(only), matching)
    if dry_run:
        plan = together(f"inv {task}", plans, list(bench.services))
        session.answers.show_json(plan) if json else session.show_plan(plan)
        return
    reason = session.head_reason()
    ended = execute_each(bench, plans, crew, task, reason=reason, force=force, matching=matching)
    outcomes = [outcome(one) for one in ended]
    if json:
        session.answers.show_json(outcomes)
    else:
        show_outcomes(session, outcomes)
    conclude([one.error for one in ended])
