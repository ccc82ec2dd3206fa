"""``release.*``: cutting versions, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from invoke import Collection, Context

from build_tasks.tasks import words
from build_tasks.tasks.command import command
from build_tasks.tasks.release_list import list_task
from build_tasks.tasks.release_show import show_task
from build_tasks.tasks.session import Session, version

if TYPE_CHECKING:
    from build_tasks.model.version import Version
    from build_tasks.planning.releases.proposal import Proposal

#: Commits that a proposal shows; the newest ones.
_SHOWN = 30


def collection(session: Session) -> Collection:
    """The collection ``release``."""

    @command(
        positional=["service"],
        help={
            "service": "the service to release",
            "version": "the version, e.g. 0.1.0",
            "bump": "instead of --version: major, minor or patch after the last release",
            "key": words.KEY,
            "push": "push branch and record to origin, where CI takes over",
            "dry_run": words.DRY_RUN,
            "json": "without --version and --bump: the proposal as JSON",
        },
    )
    @session.boundary
    def cut(
        context: Context,
        service: str,
        version: str = "",
        bump: str = "",
        key: str = "",
        push: bool = False,
        dry_run: bool = False,
        json: bool = False,
    ) -> None:
        """Make release/<service>/v<version> at the tip of main, with a signed record of who cut it.

        Without --version and --bump it only proposes a version, from the commits since the last release.
        """
        if not version and not bump:
            _propose(session, service, json)
            return
        chosen = _chosen(session, service, version, bump)
        if dry_run:
            _show(session, service, chosen, key, push)
        else:
            _cut(session, service, chosen, key, push)

    tasks = Collection("release")
    tasks.add_task(cut)
    tasks.add_task(list_task(session))
    tasks.add_task(show_task(session))
    return tasks


def _propose(session: Session, name: str, json: bool) -> None:
    from build_tasks.steps.release.proposal import proposal_for

    proposal = proposal_for(session.bench, session.service(name))
    if json:
        session.answers.show_json(proposal)
    else:
        session.answers.show_text("\n".join(_proposal_lines(proposal)))


def _proposal_lines(proposal: Proposal) -> Iterator[str]:
    last = f", after {proposal.last.tag}" if proposal.last else ""
    if proposal.version is None:
        yield f"{proposal.service}: no release proposed{last}: {proposal.because}"
        return
    part = f"{proposal.bump}: " if proposal.bump else ""
    yield f"{proposal.service}: {proposal.version.tag} proposed{last}"
    yield f"  {part}{proposal.because}"
    if proposal.commits:
        yield f"since then, what {proposal.service} is built from was changed by"
    for commit in proposal.commits[:_SHOWN]:
        yield f"  {commit.sha[:12]}  {commit.date:%Y-%m-%d}  {commit.subject}"
    if len(proposal.commits) > _SHOWN:
        yield f"  ... and {len(proposal.commits) - _SHOWN} more"
    yield f"to cut it: ./inv release.cut {proposal.service} --version {proposal.version} --push"


def _chosen(session: Session, name: str, wanted: str, bump: str) -> Version:
    from build_tasks.planning.releases.versions import propose
    from build_tasks.steps.release.release import taken_versions

    service = session.service(name)
    if wanted:
        return version(wanted)
    _check_bump(bump)
    session.bench.source.fetch()
    return propose(bump, taken_versions(session.bench, service))


def _show(session: Session, name: str, chosen: Version, key: str, push: bool) -> None:
    from pathlib import Path

    from build_tasks.planning.names import record_tag, release_branch
    from build_tasks.steps.release.cut import check_can_be_cut, ready_to_cut

    bench = session.bench
    ready_to_cut(bench, session.service(name), chosen, Path(key) if key else None)
    tip = check_can_be_cut(bench, session.service(name), chosen)
    lines = [
        f"make the record {record_tag(name, chosen)}, signed",
        f"make the branch {release_branch(name, chosen)}",
    ]
    lines += ["push both to origin"] if push else []
    session.answers.show_text(
        "\n".join(
            [f"cut {name} {chosen.tag} at {tip.sha[:12]} {tip.subject}", *(f"  {line}" for line in lines)]
        )
    )


def _cut(session: Session, name: str, chosen: Version, key: str, push: bool) -> None:
    from pathlib import Path

    from build_tasks.planning.names import release_branch
    from build_tasks.steps.release.cut import cut

    cut(session.bench, session.service(name), chosen, Path(key) if key else None, push=push)
    branch = release_branch(name, chosen)
    following = "CI takes over" if push else f"next: git push origin {branch} record/{name}/{chosen.tag}"
    session.answers.show_line(f"{branch}: {following}")


def _check_bump(bump: str) -> None:
    from build_tasks.errors import ExitCode, FlowError

    if bump not in ("major", "minor", "patch"):
        what, fix = "read the command line", "one of major, minor, patch"
        raise FlowError(what, f"there is no --bump {bump!r}", fix, code=ExitCode.USAGE)
