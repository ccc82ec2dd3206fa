"""The article's table: what an event calls for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.event import BuildEvent, EventKind
from build_tasks.model.version import Version
from build_tasks.planning.names import parse_release_branch


class Extent(StrEnum):
    """How much is done."""

    NOTHING = "nothing"
    VALIDATION = "validation"
    CANDIDATE = "candidate"
    RELEASE = "release"


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
    if event.kind is EventKind.PULL_REQUEST:
        return Trigger(Extent.CANDIDATE, f"a pull request from {event.branch}")
    if event.branch == main:
        return Trigger(Extent.CANDIDATE, f"a push to {main}, which is always releasable")
    if event.branch.startswith("release/"):
        return _release(event.branch, services)
    for prefix in ("feature", "topic"):
        if event.branch.startswith(f"{prefix}/"):
            return _validation(event.branch, services)
    return Trigger(Extent.NOTHING, f"branch {event.branch or '(detached)'} is none that triggers a build")


def _validation(branch: str, services: Collection[str]) -> Trigger:
    parts = branch.split("/")
    if len(parts) < 3 or parts[1] not in services:
        reason = f"branch {branch} names no service (feature/<service>/...)"
        return Trigger(Extent.NOTHING, reason)
    return Trigger(Extent.VALIDATION, f"a push to {branch}", parts[1])


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
