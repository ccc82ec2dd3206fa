"""``platform.*``: the engine, the registry and the clusters of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Collection, Context, Exit, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command
from build_tasks.tasks.session import Session

if TYPE_CHECKING:
    from build_tasks.model.local_platform import CheckResult


def collection(session: Session) -> Collection:
    """The collection ``platform``."""
    return Collection(
        "platform", _up(session), _down(session), _status(session), _doctor(session), _env(session)
    )


def _up(session: Session) -> Task:
    @command(help={"recreate": "make anew what is out of date or broken; what runs on it is lost"})
    @session.boundary
    def up(context: Context, recreate: bool = False) -> None:
        """Bring up engine, tools, registry, clusters and environments; make only what is missing."""
        from build_tasks.steps.platform.up import up as bring_up

        bring_up(session.composition.platform.parts, recreate=recreate)

    return up


def _down(session: Session) -> Task:
    @command()
    @session.boundary
    def down(context: Context) -> None:
        """Remove what platform.up made, and nothing else; the cache stays."""
        from build_tasks.steps.platform.down import down as take_down

        take_down(session.composition.platform.parts)

    return down


def _status(session: Session) -> Task:
    @command(help={"json": words.JSON})
    @session.boundary
    def status(context: Context, json: bool = False) -> None:
        """What there is of the platform, and what there should be."""
        from build_tasks.errors import ExitCode
        from build_tasks.steps.platform.status import status as look

        found = look(session.composition.platform.parts)
        if json:
            session.answers.show_json(found)
        else:
            rows = [[p.kind, p.name, p.state.value, p.actual, p.desired] for p in found.parts]
            columns = ["part", "name", "state", "is", "should be"]
            session.answers.show_table(columns, rows, title=f"instance {found.instance}")
        if not found.complete:
            raise Exit(code=int(ExitCode.UNAVAILABLE))

    return status


def _doctor(session: Session) -> Task:
    @command(help={"json": words.JSON})
    @session.boundary
    def doctor(context: Context, json: bool = False) -> None:
        """Try what the platform must be able to do, and say what to do where it cannot."""
        from build_tasks.errors import ExitCode
        from build_tasks.model.local_platform import Verdict
        from build_tasks.steps.platform.doctor import doctor as examine

        found = examine(session.composition.platform.parts)
        if json:
            session.answers.show_json(found)
        else:
            _show_checks(session, found)
        if any(check.verdict is Verdict.FAILED for check in found):
            raise Exit(code=int(ExitCode.UNAVAILABLE))

    return doctor


def _show_checks(session: Session, found: list[CheckResult]) -> None:
    rows = [[check.verdict.value, check.name, check.found] for check in found]
    session.answers.show_table(["", "tried", "found"], rows)
    for check in found:
        if check.fix:
            session.answers.show_line(f"{check.name}: {check.fix}")


def _env(session: Session) -> Task:
    @command()
    @session.boundary
    def env(context: Context) -> None:
        """Print lines for `eval "$(./inv platform.env)"`: docker, kubectl and helm reach the platform."""
        from build_tasks.steps.platform.environment_lines import env_lines

        platform = session.composition.platform
        for line in env_lines(platform.parts, platform.tools_folder):
            session.answers.show_line(line)

    return env
