"""Which services a change concerns, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from build_tasks.model.docker_patterns import Patterns


class Reason(StrEnum):
    """Why a service is affected. The values are part of the form of ``ci.affected --json``."""

    OWN_FOLDER = "own-folder"
    DOCKERFILE = "dockerfile"
    COPIED = "copied-by-dockerfile"
    IGNORE_FILE = "ignore-file"
    CHART = "chart-dependency"
    EXTRA_INPUT = "extra-input"
    REPOSITORY_WIDE = "repository-wide"
    UNCLAIMED = "unclaimed"
    UNREADABLE = "unreadable"
    NO_BASE = "no-base"
    UNKNOWN_BASE = "unknown-base"
    SHALLOW_CLONE = "shallow-clone"
    NO_COMMON_HISTORY = "no-common-history"


@dataclass(frozen=True)
class Affected:
    """A service that a change concerns.

    :param path: the changed path that makes it so, the first of them; empty if nothing could be compared.
    :param how: how the path belongs to the service, or why nothing could be compared.
    """

    service: str
    reason: Reason
    path: str
    how: str

    @property
    def because(self) -> str:
        """The reason as a sentence."""
        return f"{self.path} changed, {self.how}" if self.path else self.how


@dataclass(frozen=True)
class Change:
    """A path that differs between two commits.

    :param closed: git does not look into it (a submodule, a symbolic link), so that what lies below it may
        have changed as well.
    """

    path: str
    closed: bool = False


@dataclass(frozen=True)
class Assessment:
    """What a change concerns.

    :param base: full name of the commit that was compared with; empty if there was none.
    :param head: full name of the other.
    :param changed: how many paths differ.
    :param services: the affected ones, by name.
    :param of: how many services there are.
    :param unclaimed: the changed paths that no service is built from.
    """

    base: str
    head: str
    changed: int
    services: tuple[Affected, ...]
    of: int
    unclaimed: tuple[str, ...] = ()


@dataclass(frozen=True)
class AffectedPolicy:
    """What is to happen with paths that no service says it is built from. Each is patterns as in
    .dockerignore.

    :param repository_wide: a change there concerns every service.
    :param unclaimed: so does a change there, if no service is built from it.
    """

    repository_wide: Patterns = field(default_factory=lambda: Patterns(["pyproject.toml"]))
    unclaimed: Patterns = field(default_factory=lambda: Patterns([]))
