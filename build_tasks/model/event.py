"""What happened in git, as a CI system or a shell reports it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from build_tasks.model.affected import Reason
from build_tasks.model.ci import Elsewhere, RunBy


class EventKind(StrEnum):
    """``MANUAL``: somebody started the pipeline by hand. ``OTHER``: nothing that the flow knows."""

    PUSH = "push"
    PULL_REQUEST = "pull_request"
    MANUAL = "manual"
    SCHEDULE = "schedule"
    TAG = "tag"
    DELETION = "deletion"
    OTHER = "other"


@dataclass(frozen=True)
class Told:
    """What is said of an event by a CI system's variables, or by flags. Empty: not said.

    :param system: who says it.
    :param branch: as in :class:`BuildEvent`.
    :param base: a commit of what the change goes into; zeros: there was none, the branch is new.
    :param named: what the system itself calls an event of kind OTHER.
    """

    system: RunBy = Elsewhere.SHELL
    kind: EventKind | None = None
    branch: str = ""
    base: str = ""
    target: str = ""
    actor: str = ""
    pull_request: str = ""
    fork: bool = False
    named: str = ""


@dataclass(frozen=True)
class BuildEvent:
    """A push, a pull request, or whatever else started a pipeline.

    :param branch: the branch pushed to, the pull request's source, or the tag, without ``refs/...``; empty
        where only the pull request's number is known.
    :param base: what the change is compared with (a commit or ref); empty when there is nothing.
    :param head: full name of the commit to build.
    :param target: the branch that a pull request is to go into; empty: not said, so the main branch.
    :param actor: whom the CI system authenticated; empty: not said.
    :param pull_request: its number.
    :param fork: the pull request comes from another repository.
    :param unbased: why there is nothing to compare with, when there is not.
    :param lack: the same in a word; None where there is something.
    """

    kind: EventKind
    branch: str
    base: str
    head: str
    target: str = ""
    actor: str = ""
    pull_request: str = ""
    fork: bool = False
    named: str = ""
    unbased: str = ""
    lack: Reason | None = None
