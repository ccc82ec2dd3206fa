"""The text of a chart's templates, as far as it is needed to find a key of an object in it.

A template is not YAML before it is rendered, but it is laid out as what it renders: keys stand on lines of
their own, below each other by their indentation, and what is elsewhere is included by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_ACTION = re.compile(r"\{\{.*?\}\}", re.S)
_DEFINE = re.compile(r'\{\{-?\s*define\s+"(?P<name>[^"]+)"')
_INCLUDE = re.compile(r'\b(?:include|template)\s+"(?P<name>[^"]+)"')
_KEY = re.compile(r"""^(?P<indent>[ ]*)["']?(?P<key>[A-Za-z0-9_./-]+)["']?:(?P<value>\s.*|)$""")


@dataclass(frozen=True)
class Line:
    """A line of a template.

    :param number: from 1.
    :param indent: its spaces, the dash of a list's item counted as one; -1 if it bears no text of the object
        (it is blank, a comment, or an action alone).
    """

    file: str
    number: int
    text: str
    indent: int

    @property
    def key(self) -> str:
        """The key that stands on it; empty if none does."""
        match = _KEY.match(self._level)
        return match["key"] if match else ""

    @property
    def value(self) -> str:
        """What follows its key."""
        match = _KEY.match(self._level)
        return match["value"].strip() if match else ""

    @property
    def begins_item(self) -> bool:
        return self.text.lstrip().startswith("- ")

    @property
    def includes(self) -> list[str]:
        """Names of the templates it includes, in order."""
        return [match["name"] for match in _INCLUDE.finditer(self.text)]

    @property
    def _level(self) -> str:
        return self.text.replace("- ", "  ", 1) if self.begins_item else self.text

    @property
    def place(self) -> str:
        return f"{self.file}:{self.number}"


Block = Sequence[Line]


def lines(file: str, text: str) -> list[Line]:
    """A template's lines; an action of several lines stands on its first."""
    flat = _ACTION.sub(_flattened, text)
    return [Line(file, number, one, _indent(one)) for number, one in enumerate(flat.splitlines(), 1)]


def parts(block: Block) -> list[Block]:
    """The YAML documents of a template."""
    found: list[list[Line]] = [[]]
    for line in block:
        if line.text.startswith("---"):
            found.append([])
        else:
            found[-1].append(line)
    return [part for part in found if any(line.text.strip() for line in part)]


def defined(block: Block) -> Iterator[tuple[str, Block]]:
    """The named templates of a file, each with its lines (up to the next one)."""
    starts = [
        (index, match["name"]) for index, line in enumerate(block) if (match := _DEFINE.search(line.text))
    ]
    ends = [index for index, _ in starts[1:]] + [len(block)]
    for (index, name), end in zip(starts, ends, strict=False):
        yield name, block[index + 1 : end]


def below(block: Block, index: int) -> Block:
    """What belongs to the key on a line: up to the next one that stands as far out."""
    outer = block[index].indent
    for end in range(index + 1, len(block)):
        if 0 <= block[end].indent <= outer:
            return block[index + 1 : end]
    return block[index + 1 :]


def _flattened(match: re.Match[str]) -> str:
    action = match[0]
    return ("" if "/*" in action[:6] else action.replace("\n", " ")) + "\n" * action.count("\n")


def _indent(text: str) -> int:
    bare = text.strip()
    if not bare or bare.startswith(("#", "{{")):
        return -1
    level = len(text) - len(text.lstrip(" "))
    return level + 2 if bare.startswith("- ") else level
