"""What happened in git, as a CI system or a shell reports it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    PUSH = "push"
    PULL_REQUEST = "pull_request"


@dataclass(frozen=True)
class BuildEvent:
    """A push or a pull request.

    :param branch: the branch pushed to, or the pull request's source, without ``refs/heads/``.
    :param base: what the change is compared with (a commit or ref); empty when there is nothing.
    :param head: full name of the commit to build.
    """

    kind: EventKind
    branch: str
    base: str
    head: str
