"""Measuring sides in turn, so that whatever slows the machine down slows all of them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Side:
    """One of the things to compare.

    :param command: what is run, for the reader.
    :param run: runs it once; gives the seconds that count.
    :param at_most: the ratio to the first side that is aimed at; None for no such aim.
    :param within: the seconds that are aimed at; None for no such aim.
    """

    name: str
    command: str
    run: Callable[[], float]
    at_most: float | None = None
    within: float | None = None


@dataclass(frozen=True)
class Figures:
    """What was measured of a side.

    :param seconds: of each round, in order.
    :param ratio: its median over that of the comparison's first side.
    :param at_most: the ratio that is aimed at, if there is one; ``within``: the seconds.
    """

    name: str
    command: str
    seconds: tuple[float, ...]
    median: float
    ratio: float
    at_most: float | None = None
    within: float | None = None

    @property
    def spread(self) -> tuple[float, float]:
        """The shortest and the longest."""
        return min(self.seconds), max(self.seconds)


@dataclass(frozen=True)
class Comparison:
    """Sides that were measured in the same run; all ratios are to the first."""

    title: str
    sides: tuple[Figures, ...]


def compare(
    title: str,
    sides: Sequence[Side],
    *,
    rounds: int,
    warm_ups: int = 1,
    tell: Callable[[str], None] = lambda _line: None,
) -> Comparison:
    """Run all sides round after round.

    Every other round goes backwards: else each side would always follow the same one, and find what that one
    left in the caches.

    :param warm_ups: rounds that do not count.
    :param tell: gets a line after each measurement.
    """
    seconds: dict[str, list[float]] = {side.name: [] for side in sides}
    for number in range(warm_ups + rounds):
        for side in sides if number % 2 == 0 else reversed(sides):
            took = side.run()
            counted = number >= warm_ups
            if counted:
                seconds[side.name].append(took)
            what = f"round {number - warm_ups + 1} of {rounds}" if counted else "warm-up"
            tell(f"{title}, {what}: {side.name} {took:.3f} s")
    return compared(title, [Measured(side, tuple(seconds[side.name])) for side in sides])


@dataclass(frozen=True)
class Measured:
    """A side, and the seconds of each round that counts."""

    side: Side
    seconds: tuple[float, ...]


def compared(title: str, measured: Sequence[Measured]) -> Comparison:
    """What was measured, however it was; all ratios are to the first."""
    reference = statistics.median(measured[0].seconds)
    return Comparison(title, tuple(_figures(one, reference) for one in measured))


def _figures(measured: Measured, reference: float) -> Figures:
    side, median = measured.side, statistics.median(measured.seconds)
    ratio = median / reference if reference else float("nan")
    return Figures(side.name, side.command, measured.seconds, median, ratio, side.at_most, side.within)
