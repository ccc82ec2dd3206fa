"""A Dockerfile's text, taken apart into instructions as BuildKit does it.

https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/parser.go. The library
dockerfile-parse was used first: it takes here-documents for instructions, ends an instruction at an empty
line and knows no escape directive, so that its text had to be rewritten before (docs/decisions/0016).
"""

from __future__ import annotations

import re
from typing import NamedTuple

#: Instructions that here-documents may follow.
_TAKES_DOCUMENTS = ("RUN", "COPY", "ADD")
_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*")
_DIRECTIVES = ("syntax", "escape", "check")
_WORD = re.compile(r"""(?:[^\s"']|"[^"]*"|'[^']*')+""")
_DOCUMENT = re.compile(r"\d*<<(-?)([^<]+)")

#: An escape character ends the line, and none stands before it.
_CONTINUED = {sign: re.compile(rf"(?<!{re.escape(sign)}){re.escape(sign)}[ \t]*$") for sign in "\\`"}


class Instruction(NamedTuple):
    """One instruction (no dataclass: there are thousands, and a tuple is made in a third of the time).

    :param name: in upper case.
    :param value: what follows, its lines joined.
    :param line: where it begins, counted from 1.
    :param escape: the character that continues lines and keeps others from having a meaning.
    """

    name: str
    value: str
    line: int
    escape: str


def instructions(text: str) -> list[Instruction]:
    """The instructions of a Dockerfile, in order; comments and here-documents are none."""
    lines = text.removeprefix("\ufeff").split("\n")
    escape = _escape(lines)
    found: list[Instruction] = []
    at = 0
    while at < len(lines):
        line, start = lines[at].strip(), at + 1
        at += 1
        if not line or line[0] == "#":
            continue
        if line[-1] == escape:
            line, at = _joined(lines, line, at, escape)
        name, _, value = line.partition(" ")
        if "\t" in name:
            name, value = (*line.split(None, 1), "")[:2]
        instruction = Instruction(name.upper(), value.strip(), start, escape)
        found.append(instruction)
        if "<<" in value:
            at = _behind_documents(instruction, lines, at)
    return found


def _escape(lines: list[str]) -> str:
    """What the directive ``# escape=`` says; directives stand before everything else."""
    for line in lines:
        found = _DIRECTIVE.fullmatch(line.strip())
        if found is None or found[1].lower() not in _DIRECTIVES:
            break
        if found[1].lower() == "escape":
            return found[2] if found[2] in ("`", "\\") else "\\"
    return "\\"


def _joined(lines: list[str], line: str, at: int, escape: str) -> tuple[str, int]:
    """A line with those that continue it, without comments and empty lines between; and where the next
    begins.
    """
    continued = _CONTINUED[escape]
    parts: list[str] = []
    more = continued.search(line)
    while more:
        parts.append(line[: more.start()])
        while at < len(lines) and (not lines[at].strip() or lines[at].lstrip().startswith("#")):
            at += 1
        if at == len(lines):
            return "".join(parts), at
        line = lines[at].rstrip("\r")
        at += 1
        more = continued.search(line)
    return "".join([*parts, line]).strip(), at


def _behind_documents(found: Instruction, lines: list[str], at: int) -> int:
    """Where the text goes on behind the here-documents of an instruction."""
    takes = found.value.split(None, 1)[0].upper() if found.name == "ONBUILD" else found.name
    if takes not in _TAKES_DOCUMENTS:
        return at
    for word in _WORD.findall(found.value):
        document = _DOCUMENT.fullmatch(word)
        if document is None:
            continue
        end = re.sub(r"[\"']", "", document[2])
        while at < len(lines):
            line = lines[at].rstrip("\r")
            at += 1
            if (line.lstrip("\t") if document[1] else line) == end:
                break
    return at
