"""Which services a change concerns; wherever that cannot be told, all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.affected import Affected, Assessment, Change, Reason
from build_tasks.model.source import Parting
from build_tasks.planning.inputs.affected import Changes, affected
from build_tasks.ports.source import SourceControl
from build_tasks.steps.checkout import Checkout

_FULL_NAME = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_DEEPEN = (
    "git fetch --unshallow brings it"
    " (whole clones: fetch-depth: 0 in GitHub Actions, GIT_DEPTH: 0 in GitLab CI, fetchDepth: 0 in Azure)"
)


class Incomparable(Exception):
    """There is nothing to compare with, and why."""

    def __init__(self, reason: Reason, why: str) -> None:
        super().__init__(why)
        self.reason = reason


def assess(
    checkout: Checkout, base: str, head: str = "HEAD", at: Callable[[Path], Checkout] | None = None
) -> Assessment:
    """Whom what a commit brought concerns: what differs from where its history left that of another.

    :param base: the other commit, or a ref; empty (or zeros, as CI systems write for a new branch): main or,
        for a head that is part of main, the commit before it.
    :param head: a commit or ref.
    :param at: gives the checkout of a folder with files of another commit than the one that is checked out:
        what services are built from is read there, then. None: it is always read from the working tree.
    :raises FlowError: USAGE for a name that no commit has.
    """
    try:
        parting = _parting(checkout, base, head) if base.strip("0") else _from_main(checkout, head)
    except Incomparable as missing:
        return unbased(checkout, missing.reason, str(missing))
    changes = checkout.source.changes(parting.common, parting.other)
    if at is None or head == "HEAD" or checkout.source.head().sha == parting.other:
        return _assessed(checkout, parting.common, parting.other, changes)
    with _laid_out(checkout, parting.other, at) as there:
        return _assessed(there, parting.common, parting.other, changes)


def is_full_name(base: str) -> bool:
    """Whether it is a commit's full name: nobody mistypes that, a CI system says what was there before."""
    return _FULL_NAME.fullmatch(base) is not None


def unbased(checkout: Checkout, reason: Reason, why: str) -> Assessment:
    """All services, because there is nothing to compare with."""
    found = tuple(Affected(name, reason, "", why) for name in sorted(checkout.services))
    return Assessment("", checkout.source.head().sha, 0, found, len(found))


def touched(checkout: Checkout, paths: Iterable[str]) -> list[Affected]:
    """The services that changes of these paths would concern."""
    return [*_assessed(checkout, "", "", [Change(path) for path in paths]).services]


def _assessed(checkout: Checkout, base: str, head: str, changes: Iterable[Change]) -> Assessment:
    changed = Changes.of(changes)
    found, unclaimed = affected(changed, checkout.sources(), checkout.settings.affected)
    return Assessment(base, head, len(changed.all), tuple(found), len(checkout.services), tuple(unclaimed))


def missing(source: SourceControl, name: str) -> Incomparable:
    """What to raise for a commit or a branch that is not in the clone, or does not lead to its history."""
    short = name[:12] if is_full_name(name) else name
    if source.is_shallow():
        why = f"this clone is shallow and does not reach back to {short}: {_DEEPEN}"
        return Incomparable(Reason.SHALLOW_CLONE, why)
    if is_full_name(name):
        why = f"commit {short} is not in this clone (a forced push leaves such)"
        return Incomparable(Reason.UNKNOWN_BASE, why)
    return Incomparable(Reason.NO_BASE, f"{name} is not in this clone")


def first(source: SourceControl) -> Incomparable:
    """What to raise for a commit that has none before it."""
    if source.is_shallow():
        return missing(source, "the commit before")
    return Incomparable(Reason.NO_BASE, "there is no commit to compare with")


def _parting(checkout: Checkout, base: str, head: str) -> Parting:
    """Where the two part.

    :raises Incomparable: nothing that this clone has could be compared.
    """
    found = checkout.source.parting(base, head)
    if found is None:
        if checkout.source.commit(head) is None:
            raise _unknown(head)
        if not is_full_name(base):
            raise _unknown(base)
        raise missing(checkout.source, base)
    if not found.common and checkout.source.is_shallow():
        raise missing(checkout.source, f"where {base} and {head} part")
    if not found.common:
        raise Incomparable(Reason.NO_COMMON_HISTORY, f"{base} and {head} have no commit in common")
    return found


def _from_main(checkout: Checkout, head: str) -> Parting:
    """Where a branch left main; of a commit of main, the one before it."""
    main = checkout.settings.main_branch
    for ref in (f"refs/remotes/origin/{main}", f"refs/heads/{main}"):
        found = checkout.source.parting(ref, head)
        if found is not None:
            break
    else:
        if checkout.source.commit(head) is None:
            raise _unknown(head)
        raise missing(checkout.source, main)
    if found.common != found.other:
        return _parting(checkout, ref, head)
    before = checkout.source.parting(f"{found.other}~1", found.other)
    if before is None:
        raise first(checkout.source)
    return before


def _unknown(ref: str) -> FlowError:
    fix = "correct it; or bring it: git fetch origin (a shallow clone lacks history: git fetch --unshallow)"
    what = "find out what a change concerns"
    return FlowError(what, f"there is no commit {ref!r} in this clone", fix, code=ExitCode.USAGE)


@contextmanager
def _laid_out(checkout: Checkout, commit: str, at: Callable[[Path], Checkout]) -> Iterator[Checkout]:
    """A folder with the files of a commit that say what its services are built from."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="commit-") as folder:
        root = Path(folder)
        checkout.source.lay_out(commit, root, _describes)
        there = at(root)
        others = {s.dockerfile for s in there.services.values() if not (root / s.dockerfile).exists()}
        if others:
            checkout.source.lay_out(commit, root, others.__contains__)
        yield there


def _describes(path: str) -> bool:
    """The files that what services are built from is derived from, whatever else they may be."""
    name = path.rpartition("/")[2]
    known = path == "pyproject.toml" or name in ("service.toml", "Chart.yaml")
    return known or name.startswith("Dockerfile") or name.endswith(".dockerignore")
