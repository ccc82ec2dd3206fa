"""pytest's text, and Python's own tracebacks.

https://docs.pytest.org/en/stable/how-to/output.html shows pytest's styles; `E` begins the lines that explain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from build_tasks.planning.reports.excerpts.frames import (
    Excerpt,
    Frame,
    Where,
    beginning,
    excerpt_at,
    line_number,
    own,
)

_MOST = 10
#: `tests/test_api.py:12: AssertionError`, `tests/test_api.py:12: in load`, `/app/tests/test_api.py:3`
_PLACE = re.compile(r"(\S[^\n:]{0,999}):([0-9]+)(?:: ?(.*))?")
#: `  File "/app/tests/test_api.py", line 18, in test_deep`, with what exception groups put before it
_NATIVE = re.compile(r'([\s|+]*)File "([^"\n]{1,999})", line ([0-9]+)(?:, in .*)?')
#: A fixture that is missing, and text that Python cannot read.
_NAMED = re.compile(r'(?:file |E +File ")(\S[^\n"]{0,999})"?, line ([0-9]+)')
_TRACEBACK = re.compile(r"[\s|+]*(Exception Group )?Traceback \(most recent call last\):")
_CHAINED = re.compile(
    r"^(?:The above exception was the direct cause of|During handling of the above exception, another)"
    r".*\n",
    re.MULTILINE,
)


def read_python(message: str, where: Where) -> Excerpt | None:
    """The source line that failed and what pytest (or the traceback) says of it; None for other text."""
    *causes, last = _CHAINED.split(message)
    frames, explain = _frames, _explanation
    if not explain(last):
        if not any(map(_TRACEBACK.fullmatch, message.split("\n"))):
            return None
        frames, explain = _native_frames, _raised
    frame = own([*reversed(list(frames(last)))], where)
    source = [f">   {frame.source}"] if frame and frame.source else []
    before = [line for cause in causes for line in explain(cause)]
    return excerpt_at(frame, beginning([*before, *source, *explain(last)], _MOST))


def _explanation(text: str) -> list[str]:
    lines = [line for line in text.split("\n") if line == "E" or line.startswith("E ")]
    # As far to the left as all of them together can go.
    spaces = min((len(line) - len(line[1:].lstrip()) - 1 for line in lines if line[1:].strip()), default=0)
    return [f"E   {line[1 + spaces :]}".rstrip() for line in lines if line[1:].strip()]


def _frames(text: str) -> Iterator[Frame]:
    """Outermost first. In pytest's long style the source stands before the place, in the short one behind."""
    lines = text.split("\n")
    marked = ""
    for number, line in enumerate(lines):
        if line.startswith(">"):
            marked = line[1:].strip()
        elif named := _NAMED.fullmatch(line):
            yield Frame(named[1], line_number(named[2]))
            return
        elif place := _PLACE.fullmatch(line):
            said = place[3] or ""
            behind = lines[number + 1].strip() if number + 1 < len(lines) else ""
            yield Frame(place[1], line_number(place[2]), behind if said.startswith("in ") else marked)
            marked = ""


def _native_frames(text: str) -> Iterator[Frame]:
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if place := _NATIVE.fullmatch(line):
            behind = lines[number + 1][len(place[1]) :].strip() if number + 1 < len(lines) else ""
            yield Frame(place[2], line_number(place[3]), behind)


def _raised(text: str) -> list[str]:
    """What stands behind the last frame of a traceback: the exception."""
    lines = [line for line in text.split("\n") if line.strip()]
    last = max((number for number, line in enumerate(lines) if _NATIVE.fullmatch(line)), default=-1)
    margin = _NATIVE.fullmatch(lines[last])
    inside = f"{margin[1]}  " if margin else "\0"
    rest = [line for line in lines[last + 1 :] if not line.startswith(inside)]
    return [f"E   {line}" for line in rest]
