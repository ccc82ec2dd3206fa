"""Which version may come next, going by what the commits since the last one say of themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from build_tasks.model.source import Commit
from build_tasks.model.version import Version
from build_tasks.planning.releases.versions import propose

#: `feat(api)!: accept weights` (https://www.conventionalcommits.org/en/v1.0.0/#specification)
_CONVENTIONAL = re.compile(r"(?P<type>[A-Za-z]+)(?:\([^()\n]*\))?(?P<breaking>!)?: \S")
_BREAKING = re.compile(r"^BREAKING[ -]CHANGE: ", re.MULTILINE)


class Part(IntEnum):
    """The part of a version that a change moves; ordered."""

    PATCH = 0
    MINOR = 1
    MAJOR = 2

    @property
    def words(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Proposal:
    """A version that may come next.

    :param last: the greatest final version so far; None if there is none.
    :param version: None: nothing changed since the last one.
    :param bump: ``major``, ``minor`` or ``patch``; empty for the first version, or none.
    :param because: what calls for that.
    :param commits: those since the last version that touch what the service is built from, newest first.
    """

    service: str
    last: Version | None
    version: Version | None
    bump: str
    because: str
    commits: tuple[Commit, ...] = ()


def first(service: str, taken: Sequence[Version]) -> Proposal:
    """The proposal for a service that has no final version yet."""
    return Proposal(service, None, propose(Part.PATCH.words, taken), "", "it was never released")


def unknown(service: str, last: Version, taken: Sequence[Version]) -> Proposal:
    """The proposal where nobody knows what the last version was cut from."""
    why = (
        f"this clone has neither the record nor the branch of {last.tag}, so what changed since is not known"
    )
    return Proposal(service, last, propose(Part.PATCH.words, taken), Part.PATCH.words, why)


def following(service: str, last: Version, taken: Sequence[Version], commits: Sequence[Commit]) -> Proposal:
    """The proposal after a version: the greatest part that any of the commits since calls for.

    :param taken: all versions there are.
    """
    if not commits:
        why = f"nothing that it is built from changed since {last.tag}"
        return Proposal(service, last, None, "", why)
    # Of those that call for the same part the first one, which is the last in the list.
    weightiest = max(reversed(commits), key=part_of)
    part = part_of(weightiest)
    because = f"{weightiest.sha[:12]} {weightiest.subject}" if part is not Part.PATCH else _no_more(commits)
    return Proposal(service, last, propose(part.words, taken), part.words, because, tuple(commits))


def part_of(commit: Commit) -> Part:
    """The part of the version that a commit calls for: patch if it does not say."""
    said = _CONVENTIONAL.match(commit.subject)
    if (said and said["breaking"]) or _BREAKING.search(commit.body):
        return Part.MAJOR
    return Part.MINOR if said and said["type"].lower() == "feat" else Part.PATCH


def _no_more(commits: Sequence[Commit]) -> str:
    count = (
        f"{len(commits)} commits, none of which says" if len(commits) > 1 else "a commit that does not say"
    )
    return f"{count} that it is a feature (feat: ...) or a breaking change (feat!: ..., BREAKING CHANGE: ...)"
