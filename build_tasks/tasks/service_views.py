"""Looking: history, status, logs."""

from __future__ import annotations

from invoke import Context, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command
from build_tasks.tasks.session import Session, version

_VIEW_HELP = {"env": words.ENV + " (default: all)", "json": words.JSON}


def tasks(session: Session, name: str) -> list[Task]:
    """The tasks of service ``name``."""
    return [_history(session, name), _status(session, name), _logs(session, name)]


def _history(session: Session, name: str) -> Task:
    @command(help=_VIEW_HELP)
    @session.boundary
    def history(context: Context, env: str = "", json: bool = False) -> None:
        """Deployments and moves of its traffic, oldest first."""
        from build_tasks.steps.delivery.overview import history as read

        entries = read(session.bench, session.service(name), session.environments(env))
        if json:
            session.answers.show_json(entries)
            return
        rows = [
            [f"{e.time:%Y-%m-%d %H:%M:%S}", e.environment, e.release, str(e.revision), e.status, e.what]
            for e in entries
        ]
        columns = ["time", "environment", "release", "revision", "status", "what"]
        _show(session, columns, rows, f"{name} was never deployed in {env or 'any environment'}")

    return history


def _status(session: Session, name: str) -> Task:
    @command(help=_VIEW_HELP)
    @session.boundary
    def status(context: Context, env: str = "", json: bool = False) -> None:
        """What runs where: versions, traffic, readiness, verification."""
        from build_tasks.steps.delivery.overview import status as read

        deployed = read(session.bench, session.service(name), session.environments(env))
        if json:
            session.answers.show_json(deployed)
            return
        rows = [
            [
                v.environment,
                v.version,
                "live" if v.live else "",
                v.ready,
                "verified" if v.verified else "",
                v.image.removeprefix("sha256:")[:12],
                v.reason,
            ]
            for v in deployed
        ]
        columns = ["environment", "version", "traffic", "ready", "smoke test", "image", "reason"]
        _show(session, columns, rows, f"{name} is not deployed in {env or 'any environment'}")

    return status


def _show(session: Session, columns: list[str], rows: list[list[str]], otherwise: str) -> None:
    if rows:
        session.answers.show_table(columns, rows)
    else:
        session.answers.show_line(otherwise)


def _logs(session: Session, name: str) -> Task:
    @command(
        help={
            "env": f"{words.ENV} (default: dev)",
            "version": words.VERSION + " (default: all that are deployed)",
            "follow": "go on until Ctrl-C",
            "tail": "lines of each pod to begin with (default: 100)",
        }
    )
    @session.boundary
    def logs(
        context: Context, env: str = "dev", version: str = "", follow: bool = False, tail: int = 100
    ) -> None:
        """Its pods' logs."""
        _show_logs(session, name, env, version, follow, tail)

    return logs


def _show_logs(session: Session, name: str, env: str, wanted: str, follow: bool, tail: int) -> None:
    from build_tasks.steps.delivery.logs import logs

    chosen = version(wanted) if wanted else None
    service, environment = session.service(name), session.environment(env)
    show = session.answers.show_line
    logs(session.bench, service, environment, chosen, follow=follow, tail=tail, on_line=show)
