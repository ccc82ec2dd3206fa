"""A Dockerfile's text, made plain for dockerfile-parse 2.0.1."""

from __future__ import annotations

import re

_OPENS = re.compile(r"(?<!<)<<-?([\"']?)([A-Za-z_][A-Za-z0-9_.]*)\1")
_TAKES = re.compile(r"\s*(RUN|COPY|ADD)\s", re.I)


def plain_text(text: str) -> str:
    """The text without what the parser takes for something else; line numbers stay.

    Lines of here-documents become empty (they are no instructions,
    https://docs.docker.com/reference/dockerfile/#here-documents), and empty lines inside an instruction
    continue it (Docker only warns of them).
    """
    lines: list[str] = []
    waiting: list[str] = []
    continued = takes = False
    for line in text.splitlines():
        if waiting:
            if line.strip("\t") == waiting[0]:
                waiting.pop(0)
            lines.append("")
            continue
        if continued and not line.strip():
            lines.append("\\")
            continue
        lines.append(line)
        if continued and line.lstrip().startswith("#"):
            continue
        takes = takes if continued else bool(_TAKES.match(line))
        waiting = [match[2] for match in _OPENS.finditer(line)] if takes else []
        continued = line.rstrip().endswith("\\")
    return "\n".join(lines) + "\n"
