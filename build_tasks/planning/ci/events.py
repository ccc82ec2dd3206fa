"""What flags and a CI system's variables say of an event, put together."""

from __future__ import annotations

import re
from dataclasses import replace

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.event import EventKind, Told

_HEADS, _TAGS = "refs/heads/", "refs/tags/"
#: Where GitHub and Azure Repos keep what a pull request would become, GitLab its merge requests.
_PULL = re.compile(r"refs/(?:pull|merge-requests)/(?P<number>\d+)/(?:merge|head|train)")


def branch_name(ref: str) -> str:
    """A branch without ``refs/heads/``, which some systems write and others do not."""
    return ref.removeprefix(_HEADS)


def about_ref(kind: EventKind, ref: str) -> Told:
    """An event of that kind on a ref: only branches build, whatever was done to a tag.

    :param ref: full (``refs/heads/x``, ``refs/tags/v1``, ``refs/pull/7/merge``), or a branch.
    """
    pull = _PULL.fullmatch(ref)
    if pull:
        return Told(kind=EventKind.PULL_REQUEST, pull_request=pull["number"])
    if ref.startswith(_TAGS):
        gone = kind is EventKind.DELETION
        return Told(kind=kind if gone else EventKind.TAG, branch=ref.removeprefix(_TAGS))
    return Told(kind=kind, branch=branch_name(ref))


def typed(event: str, branch: str, base: str, target: str, actor: str) -> Told:
    """What was typed; empty flags were not.

    :raises FlowError: USAGE for an event that there is not.
    """
    said = Told(branch=branch_name(branch), base=base, target=branch_name(target), actor=actor)
    return replace(said, kind=kind_of(event)) if event else said


def kind_of(event: str) -> EventKind:
    """The kind that a word typed means, ``pull-request`` as well as ``pull_request``.

    :raises FlowError: USAGE for one that there is not.
    """
    known = [kind for kind in EventKind if kind is not EventKind.OTHER]
    found = next((kind for kind in known if kind == event.replace("-", "_")), None)
    if found is None:
        what, fix = "find out what to build", f"one of {', '.join(known)}"
        raise FlowError(what, f"there is no event {event!r}", fix, code=ExitCode.USAGE)
    return found


def prevailing(asked: Told, told: Told) -> Told:
    """What was typed, and of what the environment tells the rest.

    Flags that are about another event than the environment's (``--event``, ``--branch``) leave of that
    nothing but whom it authenticated: its base and its pull request have nothing to do with theirs.
    """
    other = asked.kind not in (None, told.kind) or asked.branch not in ("", told.branch)
    ground = Told(actor=told.actor) if other else told
    return replace(
        ground,
        kind=asked.kind or ground.kind,
        branch=asked.branch or ground.branch,
        base=asked.base or ground.base,
        target=asked.target or ground.target,
        actor=asked.actor or ground.actor,
    )
