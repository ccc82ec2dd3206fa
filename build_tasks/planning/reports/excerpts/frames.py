"""The places that a failure's message names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

#: Gives a file's path in the repository for what a framework calls it; empty if it is none of its files.
Where = Callable[[str], str]

#: Files of libraries, of languages and of test frameworks themselves.
_FOREIGN = re.compile(
    r"(^|/)(site-packages|dist-packages|node_modules|\.venv|\.pyenv)/|/lib/python3"
    r"|^(/usr/|/go/|/_/|node:|internal/|<|(runtime|testing)/)"
)
_LINE_DIGITS = 9


@dataclass(frozen=True)
class Frame:
    """One place in a message.

    :param file: as the framework calls it.
    :param source: what the message says of it, if anything: its line of source, its function.
    :param ours: ``file`` is its path in the repository.
    """

    file: str
    line: int
    source: str = ""
    ours: bool = False


@dataclass(frozen=True)
class Excerpt:
    """What is shown of a failure.

    :param file: the place to look at, in the repository where it could be found there; empty: none is known.
    :param line: of that file, from 1; 0 if not known.
    :param ours: ``file`` is a path in the repository.
    """

    lines: tuple[str, ...]
    file: str = ""
    line: int = 0
    ours: bool = False


def line_number(digits: str) -> int:
    """A line's number; 0 for one that no file has."""
    return int(digits) if len(digits) <= _LINE_DIGITS else 0


def own(frames: Iterable[Frame], where: Where) -> Frame | None:
    """The first that is in the repository, by its path there; else the first that is no library's.

    :param frames: the one to look at first, first.
    """
    left = None
    for frame in frames:
        found = "" if is_foreign(frame.file) else where(frame.file)
        if found:
            return Frame(found, frame.line, frame.source, ours=True)
        if left is None and not is_foreign(frame.file):
            left = frame
    return left


def is_foreign(file: str) -> bool:
    """Whether a file is a library's, and so nothing that whoever reads this wrote."""
    return _FOREIGN.search(file) is not None


def excerpt_at(frame: Frame | None, lines: Iterable[str]) -> Excerpt:
    """Lines, with the place to look at."""
    return Excerpt(tuple(lines), frame.file, frame.line, frame.ours) if frame else Excerpt(tuple(lines))


def beginning(lines: list[str], most: int) -> list[str]:
    """At most that many lines, the first ones."""
    return lines if len(lines) <= most else [*lines[: most - 1], f"... ({len(lines) - most + 1} more lines)"]


def ends(lines: list[str], first: int, last: int) -> list[str]:
    """The first and the last lines, of text of which nobody knows where the point is."""
    return lines if len(lines) <= first + last else [*lines[:first], "...", *lines[-last:]]
