"""``release.*``: cutting versions."""

from __future__ import annotations

from invoke import Collection, Context, task

from build_tasks.tasks import words
from build_tasks.tasks.session import Session, version


def collection(session: Session) -> Collection:
    """The collection ``release``."""

    @task(
        positional=["service"],
        help={
            "service": "the service to release",
            "version": "the version, e.g. 0.1.0",
            "bump": "instead of --version: major, minor or patch after the last release",
            "key": words.KEY,
            "push": "push branch and record to origin, where CI takes over",
        },
    )
    @session.boundary
    def cut(
        context: Context, service: str, version: str = "", bump: str = "", key: str = "", push: bool = False
    ) -> None:
        """Make release/<service>/v<version> at the tip of main, with a signed record of who cut it."""
        _cut(session, service, version, bump, key, push)

    tasks = Collection("release")
    tasks.add_task(cut)
    return tasks


def _cut(session: Session, name: str, wanted: str, bump: str, key: str, push: bool) -> None:
    from pathlib import Path

    from build_tasks.planning.names import release_branch
    from build_tasks.planning.versions import propose
    from build_tasks.steps.release import cut, taken_versions

    service = session.service(name)
    if bump and not wanted:
        _check_bump(bump)
        session.bench.source.fetch()
        chosen = propose(bump, taken_versions(session.bench, service))
    else:
        chosen = version(wanted)
    cut(session.bench, service, chosen, Path(key) if key else None, push=push)
    branch = release_branch(name, chosen)
    following = "CI takes over" if push else f"next: git push origin {branch} record/{name}/{chosen.tag}"
    session.answers.show_line(f"{branch}: {following}")


def _check_bump(bump: str) -> None:
    from build_tasks.errors import ExitCode, FlowError

    if bump not in ("major", "minor", "patch"):
        what, fix = "read the command line", "one of major, minor, patch"
        raise FlowError(what, f"--bump {bump!r} is none", fix, code=ExitCode.USAGE)
