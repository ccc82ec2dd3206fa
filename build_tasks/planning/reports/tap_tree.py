"""The tree that the lines of TAP are: results, their diagnostics and their subtests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from build_tasks.planning.reports.tap_lines import Excuse, Point

#: Subtests in subtests; deeper nesting is taken for damage.
DEEPEST = 50


class DamagedTap(Exception):
    """The lines contradict each other or break off; the message says how."""


@dataclass
class Result:
    """A point and what belongs to it.

    :param diagnostics: the lines of its YAML block or of the comments below it, as they are.
    """

    point: Point
    name: str
    diagnostics: list[str] = field(default_factory=list)
    subtests: Level | None = None

    @property
    def is_excused(self) -> bool:
        return self.point.excuse is not Excuse.NONE


@dataclass
class Level:
    """The results of one indentation.

    :param indent: spaces before its lines.
    :param opener: the result whose brace opened it; without one, its result is the one that follows.
    :param closed: a level that ended and waits for that result.
    """

    indent: int = 0
    opener: Result | None = None
    plan: int | None = None
    results: list[Result] = field(default_factory=list)
    closed: Level | None = None

    def announce(self, count: int) -> None:
        if self.plan is not None:
            raise DamagedTap(f"two plans, 1..{self.plan} and 1..{count}")
        self.plan = count

    def add(self, point: Point) -> Result:
        result = Result(point, point.name, subtests=self.closed)
        self.closed = None
        self.results.append(result)
        return result

    def contradiction(self) -> str:
        """How the plan and the results differ, here or further in; empty if they agree."""
        for level in self._levels():
            if level.closed is not None:
                return "a subtest without its result"
            if level.plan is None:
                return "no plan (1..N): it broke off"
            if level.plan != len(level.results):
                return f"{len(level.results)} of {level.plan} planned tests reported"
            numbers = [result.point.number for result in level.results if result.point.number]
            if len(set(numbers)) != len(numbers) or max(numbers, default=0) > level.plan:
                return "numbers of tests that are not in the plan"
        return ""

    def _levels(self) -> Iterator[Level]:
        yield self
        for result in self.results:
            if result.subtests is not None:
                yield from result.subtests._levels()
