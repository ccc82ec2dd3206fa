"""``release.list``: every version there is, and how far it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Context, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command
from build_tasks.tasks.session import Session

if TYPE_CHECKING:
    from build_tasks.model.overview import ReleasedVersion


def list_task(session: Session) -> Task:
    """The task ``list``."""

    @command(
        name="list",
        help={
            "service": "its versions (default: every service's)",
            "last": "so many of each service, those that were cut last (default: 10; 0: all)",
            "running": "also where each runs (--no-running asks no cluster)",
            "json": words.JSON,
        },
    )
    @session.boundary
    def listed(
        context: Context, service: str = "", last: int = 10, running: bool = True, json: bool = False
    ) -> None:
        """Every version that was cut: when, by whom, where it runs, whether it is approved."""
        _list(session, service, last, running, json)

    return listed


def _list(session: Session, name: str, last: int, running: bool, json: bool) -> None:
    from build_tasks.errors import ExitCode, FlowError
    from build_tasks.steps.release.listing import released

    if last < 0:
        why = f"--last {last}: how many versions?"
        raise FlowError("read the command line", why, "a number from 0 up (0: all)", code=ExitCode.USAGE)
    services = [session.service(name)] if name else list(session.bench.services.values())
    environments = session.environments("") if running else []
    found = released(session.bench, services, environments, last=last)
    if json:
        session.answers.show_json(found)
    elif found:
        columns = ["service", "version", "cut", "by", "commit", "runs in", "promoted", "approval"]
        session.answers.show_table(columns, [_row(version) for version in found])
    else:
        never = f"{name} was never released" if name else "nothing was ever released"
        session.answers.show_line(f"{never}: ./inv release.cut {name or 'SERVICE'}")


def _row(version: ReleasedVersion) -> list[str]:
    cut = f"{version.cut:%Y-%m-%d}" if version.cut else ""
    runs = [f"{place} (live)" if place in version.live else place for place in version.runs]
    return [
        version.service,
        version.version,
        cut,
        version.cut_by,
        version.commit[:12],
        ", ".join(runs),
        "yes" if version.promoted else "",
        version.approval,
    ]
