"""The article's table: what an event calls for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.branches import BranchKind, kind_of
from build_tasks.model.event import BuildEvent, EventKind
from build_tasks.model.version import Version
from build_tasks.planning.names import parse_release_branch


class Extent(StrEnum):
    """How much is done. A publication is a candidate that other machines find in the registry."""

    NOTHING = "nothing"
    VALIDATION = "validation"
    CANDIDATE = "candidate"
    PUBLICATION = "publication"
    RELEASE = "release"


_HOW = {
    EventKind.PUSH: "a push to",
    EventKind.MANUAL: "a run by hand of",
    EventKind.SCHEDULE: "a scheduled run of",
}


@dataclass(frozen=True)
class Trigger:
    """What an event calls for.

    :param service: the one service it is about; empty: whichever the change concerns.
    :param version: the version of a release.
    """

    extent: Extent
    because: str
    service: str = ""
    version: Version | None = None


def trigger(event: BuildEvent, main: str, services: Collection[str]) -> Trigger:
    """Match an event against the flow's table.

    :param main: name of the main branch.
    :raises FlowError: USAGE for a release branch that names no known service or no legal version.
    """
    match event.kind:
        case EventKind.TAG:
            return _nothing(f"the tag {event.branch} builds nothing: versions come from release branches")
        case EventKind.DELETION:
            return _nothing(f"{event.branch} was deleted")
        case EventKind.OTHER:
            return _nothing(f"{event.named or 'what happened'} is no event that calls for anything")
        case EventKind.PULL_REQUEST:
            return _pull_request(event, main)
        case EventKind.SCHEDULE if event.branch != main:
            # On a release branch it would bring an old version back to QA, night after night.
            return _nothing(f"a schedule builds {main}, not {event.branch}")
    return _branch(event, main, services)


def _branch(event: BuildEvent, main: str, services: Collection[str]) -> Trigger:
    how = _HOW[event.kind]
    match kind_of(event.branch, main):
        case BranchKind.MAIN:
            return Trigger(Extent.PUBLICATION, f"{how} {main}, which is always releasable")
        case BranchKind.RELEASED:
            return _release(event.branch, services)
        case BranchKind.VALIDATED:
            return _validation(event.branch, how, services)
    return _nothing(f"branch {event.branch or '(detached)'} is none that triggers a build")


def _pull_request(event: BuildEvent, main: str) -> Trigger:
    """Into another branch it calls for nothing: its commits are looked at when they are pushed to a branch
    of their own, and once more, in full, on their way into main."""
    number = f" #{event.pull_request}" if event.pull_request else ""
    source = f" from {event.branch}{' (a fork)' if event.fork else ''}" if event.branch else ""
    target = event.target or main
    because = f"pull request{number}{source} into {target}"
    if target != main:
        return _nothing(f"{because}, which is not {main}: pushes validate its commits")
    return Trigger(Extent.CANDIDATE, because)


def _nothing(because: str) -> Trigger:
    return Trigger(Extent.NOTHING, because)


def _validation(branch: str, how: str, services: Collection[str]) -> Trigger:
    parts = branch.split("/")
    if len(parts) < 3 or parts[1] not in services:
        return _nothing(f"branch {branch} names no service (feature/<service>/...)")
    return Trigger(Extent.VALIDATION, f"{how} {branch}", parts[1])


def _release(branch: str, services: Collection[str]) -> Trigger:
    what, fix = (
        f"read the release branch {branch}",
        "name it release/<service>/v<semver>, or use `./inv release.cut`",
    )
    try:
        parsed = parse_release_branch(branch)
    except ValueError as error:
        raise FlowError(what, str(error), fix, code=ExitCode.USAGE) from None
    if parsed is None:
        raise FlowError(what, "it is not of the form release/<service>/v<semver>", fix, code=ExitCode.USAGE)
    service, version = parsed
    if service not in services:
        known = ", ".join(sorted(services))
        raise FlowError(what, f"there is no service {service!r} (known: {known})", fix, code=ExitCode.USAGE)
    return Trigger(Extent.RELEASE, f"the release branch {branch}", service, version)
