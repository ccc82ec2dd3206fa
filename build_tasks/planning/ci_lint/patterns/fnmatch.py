"""GitLab's globs: Ruby's ``File.fnmatch`` with PATHNAME, DOTMATCH and EXTGLOB.

https://docs.gitlab.com/ci/yaml/#ruleschanges names these flags and
https://docs.ruby-lang.org/en/master/File.html#method-c-fnmatch-3F says what they do: ``*``, ``?`` and
``[...]`` stop at a slash, ``**/`` stands for folders only where a part of the path begins, a ``**`` anywhere
else is a ``*``, a leading dot is a character like others, and ``{a,b}`` is either.
"""

from __future__ import annotations

from itertools import pairwise

from build_tasks.planning.ci_lint.patterns.globs import FOLDERS
from build_tasks.planning.ci_lint.patterns.language import (
    NOT_SLASH,
    Chain,
    Chars,
    Choice,
    Language,
    Many,
    literal,
)

_NONE = Choice(())
#: So many alternatives of braces are looked at; ten pairs of braces can make more than a machine holds.
_MOST_ALTERNATIVES = 256


def fnmatch(text: str) -> Language:
    """What a pattern of ``changes:`` matches; paths have no leading slash.

    :raises ValueError: its braces stand for more alternatives than are looked at.
    """
    alternatives = _expanded(text)
    return Choice(tuple(_path(alternative) for alternative in alternatives))


def _expanded(text: str) -> list[str]:
    """As Ruby does it: braces first, as text; what has no closing brace stays as it is."""
    waiting, done = [text], list[str]()
    while waiting:
        one = waiting.pop()
        braces = _braces(one)
        if braces is None:
            done.append(one)
        else:
            start, commas, end = braces
            edges = [start, *commas, end]
            inner = [one[a + 1 : b] for a, b in pairwise(edges)]
            waiting += [one[:start] + choice + one[end + 1 :] for choice in inner]
        if len(waiting) + len(done) > _MOST_ALTERNATIVES:
            raise ValueError(f"its braces stand for more than {_MOST_ALTERNATIVES} patterns")
    return done


def _braces(text: str) -> tuple[int, list[int], int] | None:
    """Where the first outer pair of braces opens, where its commas are, and where it closes."""
    start, depth, commas, at = -1, 0, list[int](), 0
    while at < len(text):
        match text[at]:
            case "\\":
                at += 1
            case "{":
                start, depth = (at, 1) if depth == 0 else (start, depth + 1)
            case "," if depth == 1:
                commas.append(at)
            case "}" if depth == 1:
                return start, commas, at
            case "}" if depth:
                depth -= 1
        at += 1
    return None


def _path(text: str) -> Language:
    *folders, last = text.split("/")
    parts: list[Language] = []
    for folder in folders:
        parts += [FOLDERS] if folder == "**" else [_part(folder), literal("/")]
    return Chain((*parts, _part(last)))


def _part(text: str) -> Language:
    parts: list[Language] = []
    at = 0
    while at < len(text):
        match text[at]:
            case "*":
                parts.append(Many(NOT_SLASH))
                at += 1
            case "?":
                parts.append(NOT_SLASH)
                at += 1
            case "[":
                chars, at = _brackets(text, at + 1)
                parts.append(chars)
            case "\\" if at + 1 < len(text):
                parts.append(literal(text[at + 1]))
                at += 2
            case character:
                parts.append(literal(character))
                at += 1
    return Chain(tuple(parts))


def _brackets(text: str, at: int) -> tuple[Language, int]:
    """The set that begins at ``at``, and where the pattern goes on; without an end it matches nothing."""
    negated = text[at : at + 1] in ("!", "^")
    at += negated
    of = set[str]()
    while at < len(text) and text[at] != "]":
        first, at = _member(text, at)
        if text[at : at + 1] == "-" and text[at + 1 : at + 2] not in ("", "]"):
            last, at = _member(text, at + 1)
        else:
            last = first
        of |= {chr(code) for code in range(ord(first), min(ord(last), ord(first) + 255) + 1)}
    if at == len(text):
        return _NONE, at
    return (Chars(frozenset(of | {"/"}), negated=True) if negated else Chars(frozenset(of - {"/"}))), at + 1


def _member(text: str, at: int) -> tuple[str, int]:
    at += text[at] == "\\" and at + 1 < len(text)
    return text[at], at + 1
