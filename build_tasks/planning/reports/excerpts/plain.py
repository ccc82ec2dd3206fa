"""Text of frameworks that none of the others is for: bats, JUnit itself, RSpec and the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from build_tasks.planning.reports.excerpts.frames import (
    Excerpt,
    Frame,
    Where,
    ends,
    excerpt_at,
    is_foreign,
    line_number,
)

#: Lines that are shown: the beginning and the end of the message.
_FIRST, _LAST = 4, 8
#: `src/A.java:12`, `(A.java:12)`, `./spec/a_spec.rb:3:in`; bats: `(in test file tests/a.bats, line 5)`
_PLACE = re.compile(r"(?<![\w./:-])(/?[\w.-][\w./-]{0,300}\.\w{1,8})(?::|, line )([0-9]+)(?![\w.])")
_FRAME = re.compile(r"\s+at \S|\s*# /")


def read_plain(message: str, where: Where) -> Excerpt:
    """Both ends of the text without its stack; the first place in it that is the repository's."""
    lines = [line.rstrip() for line in message.split("\n")]
    told = [line for line in lines if line and not _FRAME.match(line) and not _names_a_library(line)]
    shown = told or [line for line in lines if line]
    return excerpt_at(next(_inside(message, where), None), ends(shown, _FIRST, _LAST))


def _inside(message: str, where: Where) -> Iterator[Frame]:
    for found in _PLACE.finditer(message):
        path = where(found[1]) if not is_foreign(found[1]) else ""
        if path:
            yield Frame(path, line_number(found[2]), ours=True)


def _names_a_library(line: str) -> bool:
    return any(is_foreign(found[1]) for found in _PLACE.finditer(line))
