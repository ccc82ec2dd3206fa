"""Patterns for paths, as Docker matches them: an ignore file's lines, and the sources of COPY.

Two languages. A source of COPY is one of Go's ``filepath.Match``: its ``*`` and ``?`` stop at a slash. The
lines of an ignore file (and ``--exclude``) know ``**``, too, mean whatever is below a folder that they match,
and ``!`` takes back what a line before it said. The second is what https://github.com/moby/patternmatcher
does, which is what BuildKit calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from posixpath import normpath

_WILD = re.compile(r"[*?\[\\]")
_CLASS = re.compile(r"\^?+(?:(?:\\.|[^]\\-])(?:-(?:\\.|[^]\\-]))?)+\]", re.S)
#: What has a meaning in a character class of Python's and none in Go's.
_CLASS_ESCAPES = re.compile(r"([\[&~|])")

Match = Callable[[str], bool]


class Patterns:
    """Lines in the language of ignore files; the last one that is about a path decides.

    :param lines: without comments; empty ones say nothing.
    :raises ValueError: for a line that Docker refuses; the text names it.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._rules = [_rule(line) for line in lines if line.strip()]

    def match(self, path: str) -> bool:
        """Whether the lines mean the path.

        :param path: normalised, without a leading slash.
        """
        matched = False
        for negated, _, covers in self._rules:
            if negated == matched and covers(path):
                matched = not negated
        return matched

    def match_all_below(self, folder: str) -> bool:
        """Whether the lines mean the folder and whatever it may hold."""
        taken_back = (literal_folder(text) for negated, text, _ in self._rules if negated)
        return self.match(folder) and not any(_overlap(place, folder) for place in taken_back)

    def may_match_below(self, folder: str) -> bool:
        """Whether something in a folder that cannot be looked into may be meant."""
        return any(_overlap(place, folder) for place in self.roots())

    def roots(self) -> list[str]:
        """Files and folders in which everything is that the lines can mean."""
        return [*dict.fromkeys(literal_folder(text) for negated, text, _ in self._rules if not negated)]


def ignore_lines(text: str) -> list[str]:
    """The patterns of an ignore file
    (https://github.com/moby/patternmatcher/blob/main/ignorefile/ignorefile.go).
    """
    found = []
    for line in text.removeprefix("\ufeff").split("\n"):
        pattern = line.strip()
        if pattern and not line.startswith("#"):
            negation = "!" if pattern.startswith("!") else ""
            place = pattern.removeprefix("!").strip()
            found.append(negation + (normpath(place).lstrip("/") or "/" if place else ""))
    return found


def is_pattern(text: str) -> bool:
    """Whether it has a wildcard (or a backslash, which keeps a character from being one)."""
    return _WILD.search(text) is not None


def literal_folder(pattern: str) -> str:
    """Where a pattern is looked for: all of it if there is no wildcard, else the folder above the first one;
    ``.`` is the root.
    """
    wild = _WILD.search(pattern)
    return pattern if wild is None else pattern[: wild.start()].rpartition("/")[0] or "."


@lru_cache(maxsize=1024)
def source_match(pattern: str) -> Match:
    """Tells of a path whether it, or a folder above it, is what a source of COPY stands for.

    :raises ValueError: Go calls the pattern malformed.
    """
    return _full(_expression(pattern, deep=False))


def source_may_match_below(pattern: str, folder: str) -> bool:
    """Whether something below a folder may be what a source of COPY with a wildcard stands for."""
    parts, depth = pattern.split("/"), folder.count("/") + 1
    try:
        return len(parts) > depth and source_match("/".join(parts[:depth]))(folder)
    except ValueError:  # a slash inside a character class
        return True


def _overlap(one: str, other: str) -> bool:
    """Whether one of two folders holds the other."""
    return "." in (one, other) or f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


@lru_cache(maxsize=8192)
def _rule(line: str) -> tuple[bool, str, Match]:
    """Whether a line takes back, its pattern, and what tells whether a path is at or below that."""
    negated, text = line.strip().startswith("!"), line.strip().removeprefix("!")
    if not text or (negated and text == "/"):
        raise ValueError(f"{line!r} takes nothing back")
    pattern = normpath(text)
    return negated, pattern, _covers(pattern)


def _covers(pattern: str) -> Match:
    """Most patterns need no regular expression, and making one takes longer than all else here."""
    if not is_pattern(pattern):
        return lambda path: path == pattern or path.startswith(f"{pattern}/")
    if pattern.startswith("**") and not is_pattern(pattern[2:]):
        # Docker compares nothing but the path's end here: **x takes also ax.
        end = f"{pattern[2:]}/"
        return lambda path: end in (f"/{path}/" if end.startswith("/") else f"{path}/")
    return _full(_expression(pattern, deep=True))


def _full(expression: str) -> Match:
    try:
        compiled = re.compile(f"(?:{expression})(?:/.*)?", re.S)
    except re.error as error:  # a range that runs backwards
        raise ValueError(f"{expression!r}: {error}") from None
    return lambda path: compiled.fullmatch(path) is not None


def _expression(pattern: str, *, deep: bool) -> str:
    """A regular expression for a pattern of ``filepath.Match`` (https://pkg.go.dev/path/filepath#Match).

    :param deep: with ``**``.
    """
    found: list[str] = []
    at = 0
    while at < len(pattern):
        text, at = _step(pattern, at, deep)
        found.append(text)
    return "".join(found)


def _step(pattern: str, at: int, deep: bool) -> tuple[str, int]:
    """The expression for what stands at a place of a pattern, and where the next begins."""
    character, following = pattern[at], at + 1
    if deep and pattern.startswith("**", at):
        following = at + 3 if pattern.startswith("/", at + 2) else at + 2
        return ("(?:.*/)?" if following < len(pattern) else ".*"), following
    if character in "*?":
        return ("[^/]*" if character == "*" else "[^/]"), following
    if character == "[":
        found = _CLASS.match(pattern, following)
        if found is None:
            raise ValueError(f"{pattern!r} has a [ that begins no list of characters")
        return "[" + _CLASS_ESCAPES.sub(r"\\\1", found[0]), found.end()
    if character == "\\":
        if following == len(pattern):
            raise ValueError(f"{pattern!r} ends in a backslash")
        return re.escape(pattern[following]), following + 1
    return re.escape(character), following
