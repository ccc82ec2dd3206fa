"""Stacks of JavaScript, in JUnit's XML of Vitest, Jest and others, and the TAP of Vitest and node:test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import unified_diff

from build_tasks.planning.reports.excerpts.frames import (
    Excerpt,
    Frame,
    Where,
    beginning,
    excerpt_at,
    line_number,
    own,
)

_MOST = 16
#: Of each of two values that are compared: finding what differs takes the square of it.
_MOST_COMPARED = 300
#: ` ❯ check tests/checks.ts:3:13`, `    at Object.<anonymous> (/app/a.test.js:1:2)`
_STACK = re.compile(r"\s*(?:❯|at) (?:[^\n]{1,300} )?\(?((?:file://)?[^\s()]{1,999}?):([0-9]+):[0-9]+\)?")
_ANY_FRAME = re.compile(r"\s*(?:❯ |at (?:async |new )?[\w.<>]{1,300} \()")
_VITEST = re.compile(r"error:\n    name: ")
#: Texts are written as they are but for their quotes, so what follows tells where one ends.
_MESSAGE = re.compile(
    r'^    message: "(.*?)"(?=\n(?:at|actual|expected|stack): |\Z)', re.DOTALL | re.MULTILINE
)
_AT = re.compile(r'^at: "(.{1,999}?):([0-9]+)(?::[0-9]+)?"$', re.MULTILINE)
_ACTUAL = re.compile(r'^actual: "(.*?)"(?=\nexpected: |\Z)', re.DOTALL | re.MULTILINE)
_EXPECTED = re.compile(r'^expected: "(.*?)"(?=\n\w{1,20}: |\Z)', re.DOTALL | re.MULTILINE)
_NODE = re.compile(r"^failureType: ", re.MULTILINE)
_NODE_ERROR = re.compile(r"^error: (?:\|-\n((?:(?:  .*)?(?:\n|\Z))*)|(.*)$)", re.MULTILINE)
_LOCATION = re.compile(r"^location: '(.{1,999}?):([0-9]+)(?::[0-9]+)?'$", re.MULTILINE)
_NODE_FRAME = re.compile(
    r"^    ?(?:[^\n(]{1,300} )?\(?((?:file://)?[^\s()]{1,999}?):([0-9]+):[0-9]+\)?$", re.M
)


def read_javascript(message: str, where: Where) -> Excerpt | None:
    """The message and what differs, without the stack; None for other text."""
    if _VITEST.match(message):
        return _vitest(message, where)
    if _NODE.search(message):
        return _node(message, where)
    lines = message.split("\n")
    frames = [Frame(_path(m[1]), line_number(m[2])) for m in map(_STACK.fullmatch, lines) if m]
    if not frames:
        return None
    return excerpt_at(own(frames, where), beginning(list(_without_stack(lines)), _MOST))


def _without_stack(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if line.startswith("⎯⎯⎯"):  # Vitest's rule: behind it is the error again, as data
            return
        if line.strip() and not _STACK.fullmatch(line) and not _ANY_FRAME.match(line):
            yield line.rstrip()


def _vitest(message: str, where: Where) -> Excerpt:
    said = _MESSAGE.search(message)
    frames = [Frame(_path(found[1]), line_number(found[2])) for found in _AT.finditer(message)]
    actual, expected = _ACTUAL.search(message), _EXPECTED.search(message)
    lines = [line for line in _plain(said[1]).split("\n") if line.strip()] if said else []
    if actual and expected:
        lines += _difference(_plain(expected[1]), _plain(actual[1]))
    return excerpt_at(own(frames, where), beginning(lines, _MOST))


def _difference(expected: str, actual: str) -> list[str]:
    """As Vitest shows it on a terminal: `-` was expected, `+` was received."""
    one, other = (text.split("\n")[:_MOST_COMPARED] for text in (expected, actual))
    _minus, _plus, *changed = [*unified_diff(one, other, n=1, lineterm="")] or ["", ""]
    lines = [f"{line[0]} {line[1:]}" for line in changed if not line.startswith("@@")]
    return ["- expected, + received", *lines] if lines else []


def _node(message: str, where: Where) -> Excerpt:
    said = _NODE_ERROR.search(message)
    text = (said[1] or said[2] or "").strip("'") if said else ""
    frames = [Frame(_path(m[1]), line_number(m[2])) for m in _NODE_FRAME.finditer(message)]
    frames += [Frame(_path(m[1]), line_number(m[2])) for m in _LOCATION.finditer(message)]
    lines = [line.removeprefix("  ").rstrip() for line in text.split("\n") if line.strip()]
    return excerpt_at(own(frames, where), beginning(lines, _MOST))


def _path(name: str) -> str:
    return name.removeprefix("file://")


def _plain(text: str) -> str:
    return text.replace('\\"', '"')
