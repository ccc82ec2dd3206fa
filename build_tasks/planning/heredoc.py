"""Here-documents of a Dockerfile, whose lines are not instructions."""

from __future__ import annotations

import re

_OPENS = re.compile(r"(?<!<)<<-?([\"']?)([A-Za-z_][A-Za-z0-9_.]*)\1")
_TAKES = re.compile(r"\s*(RUN|COPY|ADD)\s", re.I)


def without_heredocs(text: str) -> str:
    """The text with the lines of here-documents empty, so that the others keep their numbers.

    dockerfile-parse 2.0.1 takes them for instructions
    (https://docs.docker.com/reference/dockerfile/#here-documents).
    """
    lines: list[str] = []
    waiting: list[str] = []
    for line in text.splitlines():
        if waiting:
            if line.strip("\t") == waiting[0]:
                waiting.pop(0)
            lines.append("")
            continue
        if _TAKES.match(line):
            waiting = [match[2] for match in _OPENS.finditer(line)]
        lines.append(line)
    return "\n".join(lines) + "\n"
