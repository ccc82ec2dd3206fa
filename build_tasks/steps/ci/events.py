"""The event that a clone is built for: what was said of it, and what the clone adds."""

from __future__ import annotations

from collections.abc import Iterator

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.affected import Reason
from build_tasks.model.ci import Elsewhere
from build_tasks.model.event import BuildEvent, EventKind, Told
from build_tasks.planning.ci.events import prevailing
from build_tasks.steps.ci.affected import Incomparable, first, is_full_name, missing
from build_tasks.steps.release.release import main_ref
from build_tasks.steps.workbench import Workbench

_WHAT = "find out what to build"


def event_here(bench: Workbench, asked: Told, told: Told) -> BuildEvent:
    """The event that this clone stands for. Flags win over the environment, the environment over the clone.

    :param asked: what was typed.
    :param told: what the environment says.
    :raises FlowError: USAGE for a detached head without a branch, or a base typed that is not in this clone.
    """
    head = bench.source.head().sha
    return event_of(bench, prevailing(asked, told), asked.base, head)


def event_of(bench: Workbench, said: Told, typed: str, head: str) -> BuildEvent:
    """What was said of an event, and what the clone adds.

    :param typed: the commit to compare with that somebody named, whatever was said; empty: nobody did.
    :param head: full name of the commit to build.
    :raises FlowError: as :func:`event_here`.
    """
    kind = said.kind or EventKind.PUSH
    branch = said.branch or ("" if said.pull_request else bench.source.branch())
    if not (branch or said.pull_request or kind is EventKind.OTHER):
        raise FlowError(_WHAT, "no branch is checked out (detached)", "say --branch", code=ExitCode.USAGE)
    base, unbased, lack = "", "", None
    try:
        base = _typed(bench, typed) or _base(bench, said, kind, branch, head)
    except Incomparable as missing:
        unbased, lack = str(missing), missing.reason
    return BuildEvent(
        kind=kind,
        branch=branch,
        base=base,
        head=head,
        target=said.target,
        actor=said.actor,
        pull_request=said.pull_request,
        fork=said.fork,
        named=said.named,
        unbased=unbased,
        lack=lack,
    )


def _typed(bench: Workbench, base: str) -> str:
    """The full name of the commit that ``--base`` names; empty for none (or zeros)."""
    if not base.strip("0"):
        return ""
    commit = bench.source.commit(base)
    if commit is None and is_full_name(base):
        raise missing(bench.source, base)
    if commit is None:
        fix = "name a commit that is in this clone (a shallow clone lacks history)"
        raise FlowError(_WHAT, f"there is no commit {base!r}", fix, code=ExitCode.USAGE)
    return commit.sha


def _base(bench: Workbench, said: Told, kind: EventKind, branch: str, head: str) -> str:
    """What to compare with.

    :raises Incomparable: nothing.
    """
    match kind:
        case EventKind.PULL_REQUEST:
            return _parted(bench, said, head)
        case EventKind.PUSH if branch == bench.settings.main_branch:
            return _before(bench, said, head)
        case EventKind.PUSH:
            # What the branch brings, not what its last push brought: a push that touches nothing of the
            # service must not turn a branch green that the push before it broke.
            parted = bench.source.merge_base(head, main_ref(bench))
            if parted is None:
                raise missing(bench.source, bench.settings.main_branch)
            return parted
    raise Incomparable(Reason.NO_BASE, "nothing was pushed: all of it is looked at")


def _before(bench: Workbench, said: Told, head: str) -> str:
    """What main was before the push, which may bring several commits."""
    if isinstance(said.system, Elsewhere):  # nobody could say it: the commit before is looked at
        parent = bench.source.commit(f"{head}~1")
        if parent is None:
            raise first(bench.source)
        return parent.sha
    if not said.base:
        why = f"{said.system.words} does not say what was there before the push"
        raise Incomparable(Reason.NO_BASE, why)
    if not said.base.strip("0"):
        raise Incomparable(Reason.NO_BASE, "there was nothing before this push")
    before = bench.source.commit(said.base)
    if before is None:
        raise missing(bench.source, said.base)
    return before.sha


def _parted(bench: Workbench, said: Told, head: str) -> str:
    """The newest commit of the target that is in what is built.

    That is where the branch left it; or, where the system checks out what merging would make, the commit
    that it merged into. Both the clone's own target and the commit that the system names may be older.
    """
    target = said.target or bench.settings.main_branch
    found = ""
    for parted in _partings(bench, said, target, head):
        if not found or bench.source.merge_base(found, parted) == found:
            found = parted
    if not found:
        raise missing(bench.source, target)
    return found


def _partings(bench: Workbench, said: Told, target: str, head: str) -> Iterator[str]:
    remote, local = f"refs/remotes/origin/{target}", f"refs/heads/{target}"
    for ref in (remote if bench.source.commit(remote) else local, said.base):
        parted = bench.source.merge_base(head, ref) if ref else None
        if parted:
            yield parted
