"""How much of a command's time its tools took, and how much it waited, from its command log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

_HEAD = re.compile(r"(\d{4}-\d\d-\d\dT\S+) \$ ")
_WAITED = re.compile(r"(\d{4}-\d\d-\d\dT\S+) waited (\d+\.\d+) s")
_END = re.compile(r"  = -?\d+ after (\d+\.\d+) s")


def intervals(log: str) -> Iterator[tuple[float, float]]:
    """When each command of a log began and ended, in seconds since 1970.

    What runs in the background, or on the terminal, has no end in the log, and does not count.
    """
    ended = None
    for line in log.splitlines():
        if head := _HEAD.match(line):
            ended = datetime.fromisoformat(head[1]).timestamp()
        elif ended is not None and (end := _END.fullmatch(line)):
            yield ended - float(end[1]), ended
            ended = None


def pauses(log: str) -> Iterator[tuple[float, float]]:
    """When each pause between two looks at what was awaited (pods, mostly) began and ended."""
    for line in log.splitlines():
        if waited := _WAITED.fullmatch(line):
            ended = datetime.fromisoformat(waited[1]).timestamp()
            yield ended - float(waited[2]), ended


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """Seconds in which at least one of them was under way: what runs side by side counts once."""
    total, until = 0.0, float("-inf")
    for begin, end in sorted(spans):
        total += max(0.0, end - max(begin, until))
        until = max(until, end)
    return total


@contextmanager
def logs_of(folder: Path) -> Iterator[list[str]]:
    """The texts of the logs that are written in a repository meanwhile; they are in the list at the end.

    :param folder: of the repository.
    """
    found: list[str] = []
    before = _logs(folder)
    yield found
    found += [path.read_text(encoding="utf-8", errors="replace") for path in sorted(_logs(folder) - before)]


def _logs(folder: Path) -> set[Path]:
    return set((folder / ".build" / "logs").glob("*.log"))
