"""From source to artifacts: build, test, image, scan, package, push."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Context, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command
from build_tasks.tasks.session import Session
from build_tasks.tasks.session import version as _version

if TYPE_CHECKING:
    from build_tasks.model.version import Version

_BUILD_HELP = {"dry_run": words.DRY_RUN, "force": words.FORCE}


def tasks(session: Session, name: str) -> list[Task]:
    """The tasks of service ``name``."""
    made = (_build, _test, _image, _scan)
    return [*(task(session, name) for task in made), *_publish(session, name)]


def _build(session: Session, name: str) -> Task:
    @command(help=_BUILD_HELP)
    @session.boundary
    def build(context: Context, force: bool = False, dry_run: bool = False) -> None:
        """Build its code in a container (the build stage; no compiler on the host)."""
        _run(session, name, "build", force=force, dry_run=dry_run)

    return build


def _test(session: Session, name: str) -> Task:
    @command(help={"filter": words.FILTER, **_BUILD_HELP})
    @session.boundary
    def test(context: Context, filter: str = "", force: bool = False, dry_run: bool = False) -> None:
        """Run its unit tests in the testrunner container; results go to .build/."""
        if force or filter or dry_run or not _passed_before(session, name):
            _run(session, name, "test", force=force, dry_run=dry_run, matching=filter)

    return test


def _passed_before(session: Session, name: str) -> bool:
    """Whether there is nothing to test, and the reader has been told; without what testing takes."""
    from build_tasks.steps.artifacts.inputs import recipe
    from build_tasks.steps.artifacts.test_results import passed_before

    service = session.service(name)
    return passed_before(session.basis, service, recipe(session.basis, service)) is not None


def _image(session: Session, name: str) -> Task:
    @command(help=_BUILD_HELP)
    @session.boundary
    def image(context: Context, force: bool = False, dry_run: bool = False) -> None:
        """Build its runtime image and hold it to the conventions (non-root, labels)."""
        _run(session, name, "image", force=force, dry_run=dry_run)

    return image


def _scan(session: Session, name: str) -> Task:
    @command(
        help={
            "version": words.VERSION + ": scan what was pushed anew, and sign it as a builder",
            "dry_run": words.DRY_RUN,
            "force": words.SCAN_AGAIN,
        }
    )
    @session.boundary
    def scan(context: Context, version: str = "", force: bool = False, dry_run: bool = False) -> None:
        """List what is in its runtime image (SBOM) and hold what is vulnerable to the policy."""
        if not version:
            _run(session, name, "scan", force=force, dry_run=dry_run)
            return
        from build_tasks.steps.artifacts.rescan import renewal

        plan = renewal(session.bench, session.service(name), _version(version))
        session.run(plan, dry_run=dry_run, force=force)

    return scan


def _publish(session: Session, name: str) -> list[Task]:
    @command(help={"version": words.VERSION + " (default: only check the chart)", "dry_run": words.DRY_RUN})
    @session.boundary
    def package(context: Context, version: str = "", dry_run: bool = False) -> None:
        """Lint, render and package its Helm chart; version = appVersion."""
        _run(session, name, "package", dry_run=dry_run, chosen=_version(version) if version else None)

    @command(help={"version": words.VERSION, "dry_run": words.DRY_RUN})
    @session.boundary
    def push(context: Context, version: str = "", dry_run: bool = False) -> None:
        """Push its image and chart under a version; never overwrites one."""
        _run(session, name, "push", dry_run=dry_run, chosen=_version(version))

    return [package, push]


def _run(
    session: Session,
    name: str,
    verb: str,
    *,
    dry_run: bool,
    force: bool = False,
    matching: str = "",
    chosen: Version | None = None,
) -> None:
    from build_tasks.model.plan import Action, Plan, Verb

    session.service(name)
    reason = f"asked for: only tests that match {matching!r}" if matching else "asked for"
    action = Action(Verb(verb), name, reason, chosen)
    plan = Plan(f"inv {name}.{verb}", (action,))
    session.run(plan, dry_run=dry_run, force=force, matching=matching)
