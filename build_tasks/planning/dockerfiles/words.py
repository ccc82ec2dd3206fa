"""What stands behind an instruction's name: its flags, then its words
(https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/split_command.go).
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from build_tasks.planning.dockerfiles.text import Instruction


class Words(NamedTuple):
    """The parts of an instruction.

    :param flags: name without dashes, and value; a flag may stand there several times.
    :param arguments: the words behind, in shell form or in JSON form.
    """

    flags: tuple[tuple[str, str], ...]
    arguments: tuple[str, ...]

    def all(self, flag: str) -> tuple[str, ...]:
        """Every value of a flag."""
        return tuple(value for name, value in self.flags if name == flag) if self.flags else ()

    def is_set(self, flag: str) -> bool:
        """Whether a flag that may do without a value is on."""
        return any(value.lower() not in ("false", "0", "f") for value in self.all(flag))


def words(instruction: Instruction) -> Words:
    """Take an instruction apart."""
    value = instruction.value
    if not ('"' in value or "'" in value or instruction.escape in value):
        return _plain(value.split())
    flags, rest = _flags(value, re.escape(instruction.escape))
    return Words(flags, _arguments(rest, re.escape(instruction.escape)))


def mounts(found: Words) -> list[dict[str, str]]:
    """The options of each ``--mount`` of a RUN, with their short names spelled out."""
    import csv

    fields = [next(csv.reader([value]), []) for value in found.all("mount")]
    long = {"src": "source", "dst": "target", "destination": "target"}
    options = [[field.partition("=") for field in row] for row in fields]
    return [{long.get(k.lower(), k.lower()): value for k, _, value in row} for row in options]


def _plain(parts: list[str]) -> Words:
    """The words of nearly every instruction: no quotes, nothing escaped."""
    if not parts or not parts[0].startswith("--"):
        return Words((), tuple(parts))
    count = next((at for at, part in enumerate(parts) if not part.startswith("--")), len(parts))
    flags = [part[2:].partition("=") for part in parts[:count] if part != "--"]
    return Words(tuple((name, given) for name, _, given in flags), tuple(parts[count:]))


def _flags(value: str, escape: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """The flags that a value begins with, without quotes, and what follows them."""
    flag = re.compile(
        rf"""\s*(--(?:[^\s"'{escape}]|"(?:{escape}.|[^"])*"|'(?:{escape}.|[^'])*'|{escape}.)*)(?=\s|$)"""
    )
    found = []
    at = 0
    while match := flag.match(value, at):
        at = match.end()
        if match[1] == "--":
            break
        name, _, given = _unquoted(match[1], escape).removeprefix("--").partition("=")
        found.append((name, given))
    return tuple(found), value[at:].strip()


def _arguments(text: str, escape: str) -> tuple[str, ...]:
    if text.startswith("["):
        try:
            listed = json.loads(text)
        except ValueError:
            # As Docker does: what is not JSON is words.
            listed = None
        if isinstance(listed, list):
            return tuple(map(str, listed))
    return tuple(_unquoted(word, escape) for word in text.split())


def _unquoted(word: str, escape: str) -> str:
    """A word without the quotes around its parts, and without the escapes in it."""
    quoted = rf""""((?:{escape}.|[^"])*)"|'([^']*)'|{escape}(.)"""
    return re.sub(quoted, lambda match: next(part for part in match.groups() if part is not None), word)
