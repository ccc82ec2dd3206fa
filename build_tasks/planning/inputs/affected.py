"""Which services a change concerns: those built from a path that changed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from build_tasks.errors import FlowError
from build_tasks.model.affected import Affected, AffectedPolicy, Change, Reason
from build_tasks.planning.inputs.claims import Claim
from build_tasks.planning.inputs.sources import Sources
from build_tasks.planning.inputs.tree import Tree

_UNTOLD = "what it is built from cannot be told"
_POLICY = "concern every service ([tool.build_tasks.affected])"


@dataclass(frozen=True)
class Changes:
    """Changed paths, so that those of a folder are found without a look at the others.

    :param all: in the order of their paths, each once.
    """

    all: tuple[Change, ...]

    @classmethod
    def of(cls, found: Iterable[Change]) -> Changes:
        """A path that is closed on one side of the comparison is closed."""
        closed: dict[str, bool] = {}
        for change in found:
            closed[change.path] = change.closed or closed.get(change.path, False)
        return cls(tuple(Change(path, closed[path]) for path in sorted(closed)))

    def held_by(self, claim: Claim) -> Iterator[Change]:
        """The changes that a claim holds."""
        return filter(claim.holds, self._near(claim.place))

    def without(self, claims: Iterable[Claim]) -> Changes:
        """The changes that none of the claims holds."""
        if not self.all:
            return self
        held = {change for claim in claims for change in self.held_by(claim)}
        return Changes(tuple(change for change in self.all if change not in held))

    def _near(self, place: str) -> Iterator[Change]:
        """What is at or below a place, and closed above it."""
        if place == ".":
            yield from self.all
            return
        yield from (change for change in self._closed if place.startswith(f"{change.path}/"))
        yield from self.all[self._first(place) :][:1] if place in self._paths else ()
        # "0" follows "/" in every order that compares characters.
        yield from self.all[self._first(f"{place}/") : self._first(f"{place}0")]

    def _first(self, text: str) -> int:
        return bisect_left(self.all, text, key=lambda change: change.path)

    @cached_property
    def _paths(self) -> frozenset[str]:
        return frozenset(change.path for change in self.all)

    @cached_property
    def _closed(self) -> tuple[Change, ...]:
        return tuple(change for change in self.all if change.closed)


def affected(
    changes: Changes, services: Mapping[str, Sources], policy: AffectedPolicy
) -> tuple[list[Affected], list[str]]:
    """The services that changes concern, by name, each with one reason; and the paths no service is built
    from.

    A service of which it cannot be told what it is built from is one of them.

    Where several reasons hold, the first of this order is told: its own folder, a repository-wide file, what
    its service.toml names, what its Dockerfile copies, its charts; files that no service is built from. A
    service's files are read only as far as that needs.
    """
    wide = next((change for change in changes.all if policy.repository_wide.match(change.path)), None)
    unclaimed = _outside(changes, services, policy)
    found: dict[str, Affected] = {}
    charts: bool | None = None
    for name, sources in services.items() if changes.all else ():
        cheap = _first(changes, name, [sources.own]) or _wide(name, wide)
        if cheap and not unclaimed.all:
            found[name] = cheap
            continue
        charts = _may_be_in_charts(changes, sources.tree) if charts is None else charts
        first, unclaimed = _looked_into(name, sources, changes, unclaimed, cheap, charts=charts)
        if first:
            found[name] = first
    left = next((change for change in unclaimed.all if policy.unclaimed.match(change.path)), None)
    if left:
        how = f"which no service is built from, and such files {_POLICY}"
        found = {name: Affected(name, Reason.UNCLAIMED, left.path, how) for name in services} | found
    return [found[name] for name in sorted(found)], [change.path for change in unclaimed.all]


def _looked_into(
    name: str, sources: Sources, changes: Changes, unclaimed: Changes, cheap: Affected | None, *, charts: bool
) -> tuple[Affected | None, Changes]:
    """Whether a change is in what is not in the service's folder, and what of ``unclaimed`` is not.

    :param cheap: why it is affected, if that is known already.
    """
    try:
        elsewhere = sources.elsewhere(charts=charts)
        # What is ignored is looked at only where a change may be copied.
        return cheap or _first(changes, name, elsewhere), unclaimed.without(elsewhere)
    except FlowError as error:
        # Its own job will say so, and every other service's goes on.
        return cheap or Affected(name, Reason.UNREADABLE, "", f"{_UNTOLD}: {error.why}"), unclaimed


def _wide(name: str, change: Change | None) -> Affected | None:
    return (
        Affected(name, Reason.REPOSITORY_WIDE, change.path, f"and such files {_POLICY}") if change else None
    )


def _first(changes: Changes, name: str, claims: Iterable[Claim]) -> Affected | None:
    """The first change that one of the claims holds, with the first claim that does."""
    held = ((claim, change) for claim in claims for change in changes.held_by(claim))
    return next((Affected(name, claim.reason, change.path, claim.how) for claim, change in held), None)


def _may_be_in_charts(changes: Changes, tree: Tree) -> bool:
    """Whether some change may be in a chart. If none is, no chart is read: there may be hundreds."""
    if any(change.closed or change.path.endswith("Chart.yaml") for change in changes.all):
        return True
    folders = {folder for change in changes.all for folder in _above(change.path)}
    return any(tree.text(f"{folder}Chart.yaml") is not None for folder in folders)


def _above(path: str) -> Iterator[str]:
    """The folders above a path, the root included, each with the slash that ends it."""
    parts = path.split("/")
    return ("".join(f"{part}/" for part in parts[:count]) for count in range(len(parts)))


def _outside(changes: Changes, services: Mapping[str, Sources], policy: AffectedPolicy) -> Changes:
    """The changes in no service's folder that do not concern every service by their name."""
    inside = {change for sources in services.values() for change in changes.held_by(sources.own)}
    left = (c for c in changes.all if c not in inside and not policy.repository_wide.match(c.path))
    return Changes(tuple(left))
