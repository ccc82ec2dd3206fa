"""What Go's tests print: `file_test.go:12: got 1`, panics, messages of the compiler.

https://pkg.go.dev/testing and https://pkg.go.dev/runtime/debug#Stack
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from textwrap import dedent

from build_tasks.planning.reports.excerpts.frames import (
    Excerpt,
    Frame,
    Where,
    beginning,
    excerpt_at,
    line_number,
    own,
)

_MOST = 12
_SAID = re.compile(r"[ \t]*([\w./-]{1,999}\.go):([0-9]+):(?:[0-9]+:)?(?: .*)?")
_GOROUTINE = re.compile(r"goroutine [0-9]+ .*\[.*\]:")
#: Below the function's line: `	/src/internal/fleet/fleet.go:4 +0x1d`; the race detector's has spaces.
_FRAME = re.compile(r"(?:\t| {6})(\S[^\n]{0,999}\.go):([0-9]+)(?: \+0x[0-9a-f]+)?")


def read_go_message(message: str, suite: str, where: Where) -> Excerpt | None:
    """What the test said, and of a panic the first function that is the repository's; None for other text.

    :param suite: the package: a test's lines name files without their folder.
    """
    lines = message.split("\n")
    begins = next((n for n, line in enumerate(lines) if _GOROUTINE.fullmatch(line)), None)
    said = lines if begins is None else lines[:begins]
    frames = [*_said(said, suite, where), *_frames(lines)]
    if not frames:
        return None
    frame = own(frames, where)
    in_code = [frame.source] if frame and frame.source and begins is not None else []
    told = [line.rstrip() for line in dedent("\n".join(said)).split("\n") if line.strip()]
    return excerpt_at(frame, beginning([*beginning(told, _MOST - len(in_code)), *in_code], _MOST))


def _said(lines: list[str], suite: str, where: Where) -> Iterator[Frame]:
    for line in lines:
        if found := _SAID.fullmatch(line):
            inside = f"{suite}/{found[1]}"
            alone = "/" not in found[1] and suite
            yield Frame(inside if alone and where(inside) else found[1], line_number(found[2]))


def _frames(lines: list[str]) -> Iterator[Frame]:
    """Functions on stacks, innermost first; a panic's goroutine stands before all others."""
    for before, line in pairwise(lines):
        if found := _FRAME.fullmatch(line):
            yield Frame(found[1], line_number(found[2]), f"in {before.strip().rpartition('(')[0]}")
