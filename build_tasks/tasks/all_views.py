"""Looking at all services: status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from invoke import Context, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command_side_by_side
from build_tasks.tasks.crew import conclude, crew_of
from build_tasks.tasks.session import Session

if TYPE_CHECKING:
    from build_tasks.errors import FlowError
    from build_tasks.model.overview import DeployedVersion

_HELP = {"only": words.ONLY, "env": words.ENV + " (default: all)", "jobs": words.JOBS, "json": words.JSON}


def tasks(session: Session) -> list[Task]:
    """The tasks of the collection ``all`` that only look."""
    return [_status(session)]


def _status(session: Session) -> Task:
    @command_side_by_side(help=_HELP)
    @session.boundary
    def status(context: Context, only: str = "", env: str = "", jobs: int = 0, json: bool = False) -> None:
        """What runs where, of every service."""
        _show_status(session, only, env, jobs, json)

    return status


def _show_status(session: Session, only: str, env: str, jobs: int, json: bool) -> None:
    from build_tasks.errors import FlowError
    from build_tasks.steps.delivery.overview import status
    from build_tasks.steps.side_by_side import side_by_side

    bench, environments = session.bench, session.environments(env)
    names = session.chosen(only)

    def look(name: str) -> list[DeployedVersion]:
        return status(bench, bench.services[name], environments)

    ended = side_by_side(crew_of(session, jobs), "all.status", names, look)
    deployed = [version for one in ended for version in one.answer or ()]
    _show_failures([one.error for one in ended if isinstance(one.error, FlowError)])
    if json:
        session.answers.show_json(deployed)
    elif deployed:
        _show_deployed(session, deployed)
    elif not any(one.error for one in ended):
        session.answers.show_line(f"nothing is deployed in {env or 'any environment'}")
    conclude([one.error for one in ended])


def _show_deployed(session: Session, deployed: Sequence[DeployedVersion]) -> None:
    columns = ["service", "environment", "version", "traffic", "ready", "smoke test", "reason"]
    rows = [
        [
            v.service,
            v.environment,
            v.version,
            "live" if v.live else "",
            v.ready,
            "verified" if v.verified else "",
            v.reason,
        ]
        for v in deployed
    ]
    session.answers.show_table(columns, rows)


def _show_failures(errors: Sequence[FlowError]) -> None:
    """Each once: a cluster that does not answer fails every service in the same words."""
    import sys

    from build_tasks.presentation.failures import failures_on

    for error in {(error.what, error.why): error for error in errors}.values():
        failures_on(sys.stderr).show_error(error)
