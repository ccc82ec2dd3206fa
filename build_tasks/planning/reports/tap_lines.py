"""The lines of TAP (https://testanything.org/tap-version-14-specification.html; it has 12 and 13 in it)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from build_tasks.planning.reports.durations import seconds_of

_POINT = re.compile(r"(not )?ok(?: +([0-9]{1,9})(?= |$))?(?: +-(?= |$)| |$)(.*)", re.DOTALL)
_PLAN = re.compile(r"1\.\.([0-9]{1,9})\s*(?:#.*)?")
_BAIL_OUT = re.compile(r"Bail out!(.*)", re.IGNORECASE | re.DOTALL)
#: Text up to a `#` that no backslash escapes, or that `#`.
_PIECE = re.compile(r"(?:\\.|[^\\#]|\\$)+|#", re.DOTALL)
_EXCUSE = re.compile(r"\s*(skip|todo)(?:ped)?\b[:\s]*(.*)", re.IGNORECASE | re.DOTALL)
_TIME = re.compile(r"\s*time=([0-9.]{1,30})\s*(ms|s)?\s*", re.IGNORECASE)


class Excuse(StrEnum):
    """Why a result is not held against the test."""

    NONE = ""
    SKIP = "skip"
    TODO = "todo"


@dataclass(frozen=True)
class Point:
    """``ok 3 - description # directive``.

    :param number: 0 if it has none.
    :param opens: its line ends with a brace: the lines of a subtest may follow (node-tap, Vitest).
    """

    ok: bool
    number: int
    name: str
    excuse: Excuse = Excuse.NONE
    reason: str = ""
    seconds: float = 0.0
    opens: bool = False


def plan(text: str) -> int | None:
    """How many tests ``1..N`` announces; None if it is another line."""
    found = _PLAN.fullmatch(text)
    return int(found[1]) if found else None


def bail_out(text: str) -> str | None:
    """The reason given for breaking off, which may be empty; None if it is another line."""
    found = _BAIL_OUT.fullmatch(text)
    return found[1].strip() if found else None


def point(text: str) -> Point | None:
    """A result; None if it is another line."""
    found = _POINT.fullmatch(text)
    if found is None:
        return None
    rest = found[3].strip()
    opens = rest == "{" or rest.endswith(" {")
    name, *directives = _split(rest.removesuffix("{").rstrip() if opens else rest)
    made = Point(not found[1], int(found[2] or 0), "", opens=opens)
    for directive in directives:
        made, known = _with(made, directive)
        # `ok 4 - issue #12`: no directive, and so a part of the description.
        name += "" if known else f"#{directive}"
    return replace(made, name=re.sub(r"\\([\\#])", r"\1", name).strip())


def _split(text: str) -> list[str]:
    """The description, and what stands behind each ``#``."""
    parts = [""]
    for piece in _PIECE.findall(text):
        if piece == "#":
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _with(made: Point, directive: str) -> tuple[Point, bool]:
    """The point with a directive, and whether it is one."""
    if excuse := _EXCUSE.fullmatch(directive):
        return replace(made, excuse=Excuse(excuse[1].lower()), reason=excuse[2].strip()), True
    if time := _TIME.fullmatch(directive):
        unit = 1.0 if (time[2] or "ms").lower() == "s" else 0.001
        return replace(made, seconds=seconds_of(time[1], unit=unit)), True
    return made, False
