""".NET's stack traces, as TRX and JUnit loggers write them.

https://learn.microsoft.com/dotnet/api/system.exception.stacktrace
"""

from __future__ import annotations

import re

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
_FRAME = re.compile(r"\s{1,9}at (\S[^\n]{0,999}?)(?: in (\S[^\n]{0,999}?):line ([0-9]+))?\s*")


def read_dotnet(message: str, where: Where) -> Excerpt | None:
    """The message and the stack's first frame in the repository; None for other text."""
    lines = message.split("\n")
    found = [m for m in map(_FRAME.fullmatch, lines) if m]
    frames = [Frame(m[2].replace("\\", "/"), line_number(m[3]), f"at {m[1]}") for m in found if m[2]]
    if not frames:
        return None
    frame = own(frames, where)
    told = [line.rstrip() for line in lines if line.strip() and not _FRAME.fullmatch(line)]
    stands = [frame.source] if frame else []
    return excerpt_at(frame, [*beginning(told, _MOST - len(stands)), *stands])
