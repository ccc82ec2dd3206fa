"""What ties a place of the repository to a service, and which changes there concern it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from build_tasks.model.affected import Change, Reason
from build_tasks.model.docker_patterns import Patterns
from build_tasks.model.service import Service
from build_tasks.planning.dockerfiles.context_source import ContextSource


@dataclass(frozen=True)
class Claim:
    """One thing that a service is built from.

    :param reason: what makes it one.
    :param pattern: what is named: a file or folder from the repository's root, or a pattern for such.
    :param place: the file or folder where all of it is; the pattern itself if that has no wildcard.
    :param how: how it belongs to the service: ``its Dockerfile copies services/shared``.
    :param holds: tells of a change whether it is of this thing. It is asked only about changes at or below
        the place, and about submodules and links above it.
    """

    reason: Reason
    pattern: str
    place: str
    how: str
    holds: Callable[[Change], bool]


def folder_claim(reason: Reason, place: str, how: str) -> Claim:
    """A file, or a folder with all that is in it."""
    return Claim(reason, place, place, how, lambda change: True)


def copied_claim(source: ContextSource, ignored: Callable[[], Patterns]) -> Claim:
    """What a Dockerfile copies.

    :param ignored: what is not in the build context; asked for when a change may be of the source.
    """

    def holds(change: Change) -> bool:
        if change.closed:
            return source.may_take_below(change.path) and not ignored().match_all_below(change.path)
        return source.takes(change.path) and not ignored().match(change.path)

    return Claim(Reason.COPIED, source.path, source.folder, f"its Dockerfile copies {source.path}", holds)


def extra_claims(service: Service) -> Iterator[Claim]:
    """What a service.toml names: a claim for each line of ``inputs`` that does not take something back."""
    together = Patterns(service.inputs)
    for line in service.inputs:
        for place in Patterns([line]).roots():
            how = f"an input that {service.toml} names ({line})"
            yield Claim(Reason.EXTRA_INPUT, line, place, how, _named(Patterns([line]), together))


def _named(alone: Patterns, together: Patterns) -> Callable[[Change], bool]:
    def holds(change: Change) -> bool:
        if change.closed:
            return alone.may_match_below(change.path)
        return alone.match(change.path) and together.match(change.path)

    return holds
