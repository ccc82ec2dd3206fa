"""``app.*``: the services as one application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Collection, Context, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command, command_side_by_side
from build_tasks.tasks.crew import conclude, crew_of
from build_tasks.tasks.session import Session

if TYPE_CHECKING:
    from build_tasks.planning.plans.application import Wave


def collection(session: Session) -> Collection:
    """The collection ``app``."""
    return Collection("app", _deploy(session), _verify(session), _status(session))


def _deploy(session: Session) -> Task:
    @command_side_by_side(
        help={
            "env": f"{words.ENV} (default: dev)",
            "working_tree": "in dev: deploy that of every service, whatever versions/dev.toml says",
            "reason": words.REASON,
            "jobs": words.JOBS,
            "dry_run": words.DRY_RUN,
        }
    )
    @session.boundary
    def deploy(
        context: Context,
        env: str = "dev",
        working_tree: bool = False,
        reason: str = "",
        jobs: int = 0,
        dry_run: bool = False,
    ) -> None:
        """Deploy every service: the versions of versions/<env>.toml; in dev, else the working tree."""
        waves = _planned(session, env, working_tree)
        if dry_run:
            _show(session, env, waves)
        else:
            _carry_out(session, env, waves, reason, jobs)

    return deploy


def _verify(session: Session) -> Task:
    @command(help={"env": f"{words.ENV} (default: dev)"})
    @session.boundary
    def verify(context: Context, env: str = "dev") -> None:
        """Run the application's end-to-end test: a request comes out at every service."""
        from build_tasks.steps.delivery.application import verify_application

        verify_application(session.bench, session.environment(env))

    return verify


def _status(session: Session) -> Task:
    @command(help={"json": words.JSON})
    @session.boundary
    def status(context: Context, json: bool = False) -> None:
        """Which version of each service is live in which environment."""
        from build_tasks.steps.delivery.application import live_versions

        environments = session.environments("")
        found = live_versions(session.bench, environments)
        if json:
            session.answers.show_json(found)
            return
        columns = ["service", *(environment.name for environment in environments)]
        rows = [[row.service, *(row.live.get(name, "") for name in columns[1:])] for row in found]
        session.answers.show_table(columns, rows)

    return status


def _planned(session: Session, env: str, working_tree: bool) -> list[Wave]:
    from build_tasks.planning.plans.application import application
    from build_tasks.steps.delivery.application import wanted

    environment = session.environment(env)
    return application(
        session.bench.services, wanted(session.bench, environment, working_tree=working_tree), env
    )


def _show(session: Session, env: str, waves: list[Wave]) -> None:
    from build_tasks.planning.plans.several import together

    services = list(session.bench.services)
    plans = {name: plan for wave in waves for name, plan in wave.items()}
    unnamed = f"{session.bench.settings.versions_folder}/{env}.toml does not name it"
    session.show_plan(together(f"inv app.deploy --env {env}", plans, services, left_out=unnamed))


def _carry_out(session: Session, env: str, waves: list[Wave], reason: str, jobs: int) -> None:
    from build_tasks.steps.several import execute_each

    crew = crew_of(session, jobs)
    left = [name for wave in waves for name in wave]
    for wave in waves:
        ended = execute_each(session.bench, wave, crew, "app.deploy", reason=reason or session.head_reason())
        left = [name for name in left if name not in wave]
        if left and any(one.error for one in ended):
            # What calls those that failed would only fail for their sake.
            session.bench.reporter.warn(f"not deployed, they come after what failed: {', '.join(left)}")
        conclude([one.error for one in ended])
    session.answers.show_line(f"next: ./inv app.verify --env {env}")
