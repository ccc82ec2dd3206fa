"""Mistakes in a TOML file: all of them at once, each with its key and line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from build_tasks.config.schema import NOT_BLANK, json_schema

_TABLE = re.compile(r"^\s*\[([^\[\]]+)\]\s*(#.*)?$")
#: One more table of a list: its path ends with its number.
_LISTED = re.compile(r"^\s*\[\[([^\[\]]+)\]\]\s*(#.*)?$")
#: Bare and quoted names between dots.
_NAME = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_KEY = re.compile(rf"^\s*((?:{_NAME.pattern})(?:\s*\.\s*(?:{_NAME.pattern}))*)\s*=")
#: Characters of a line that are shown.
_WIDEST = 100


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake; ``line`` counts from 1, 0 when the file has no line to point to."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        key = f"{self.key}: " if self.key else ""
        return f"{place}: {key}{self.message}"


def shape_problems(
    file: str, text: str, data: object, kind: type[Struct], prefix: tuple[str, ...] = ()
) -> list[Problem]:
    """Every way in which ``data`` is not of the shape ``kind``.

    :param text: the file's text, to find lines in.
    :param prefix: tables of the file that ``data`` was found under, e.g. ``("tool", "build_tasks")``.
    """
    from jsonschema import Draft202012Validator

    found = []
    for error in Draft202012Validator(json_schema(kind)).iter_errors(data):
        for key, message in _explain(error):
            path = (*prefix, *(str(part) for part in error.absolute_path), *key)
            found.append(problem_at(file, text, path, message))
    return sorted(set(found))


def problem_at(file: str, text: str, path: Sequence[str], message: str) -> Problem:
    """A mistake about the key at ``path``, with the line the key (or its nearest table) stands on."""
    return Problem(file, line_of(text, path), ".".join(path), message)


def syntax_problem(file: str, text: str, said: str) -> Problem:
    """Text that is no TOML, with the line that the parser stopped at.

    :param said: what tomllib said: ``Invalid value (at line 1, column 8)``.
    """
    message, _, position = said.partition(" (at line ")
    number = int(position.partition(",")[0]) if position else 0
    line = text.split("\n")[number - 1].strip() if number else ""
    shown = line if len(line) <= _WIDEST else f"{line[:_WIDEST]}..."
    return Problem(file, number, "", f"{message}: {shown}" if shown else message)


def line_of(text: str, path: Sequence[str]) -> int:
    """The line of a key; of the nearest enclosing table if the key is missing; 0 if that is missing too."""
    lines = dict(_positions(text))
    wanted = tuple(path)
    while wanted:
        if wanted in lines:
            return lines[wanted]
        wanted = wanted[:-1]
    return 0


def _positions(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    table: tuple[str, ...] = ()
    listed: Counter[tuple[str, ...]] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        if match := _LISTED.match(line):
            parts = _parts(match[1])
            table = (*parts, str(listed[parts]))
            listed[parts] += 1
            yield table, number
        elif match := _TABLE.match(line):
            table = _parts(match[1])
            yield table, number
        elif match := _KEY.match(line):
            yield (*table, *_parts(match[1])), number


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _NAME.findall(dotted))


def _explain(error: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong, in words that do not need JSON Schema's, and the key it is about below the path."""
    match error.validator:
        case "additionalProperties":
            known = sorted(error.schema.get("properties", {}))
            for key in sorted(set(error.instance) - set(known)):
                yield (key,), f"unknown key{suggestion(key, known)}"
        case "required":
            for key in error.validator_value:
                if key not in error.instance:
                    yield (key,), "missing"
        case "enum":
            yield (), f"{error.instance!r} is not one of {', '.join(map(repr, error.validator_value))}"
        case "pattern" if error.validator_value == NOT_BLANK:
            yield (), "must not be blank"
        case "pattern":
            yield (), f"{error.instance!r} {_unlike(error.schema)}"
        case _:
            yield (), error.message


def _unlike(schema: Mapping[str, Any]) -> str:
    """How a text is not as it should be: in the words of its type, else by a pattern and what has it."""
    if title := schema.get("title"):
        return f"is not {title}"
    like = "".join(f"; {example!r} does" for example in schema.get("examples", ()))
    return f"does not match {schema['pattern']}{like}"


def suggestion(key: str, known: Sequence[str]) -> str:
    """The nearest of the known words, else all of them, to follow a message."""
    from difflib import get_close_matches

    close = get_close_matches(key, known, 1)
    return f", did you mean {close[0]}?" if close else f" (known: {', '.join(known)})"
