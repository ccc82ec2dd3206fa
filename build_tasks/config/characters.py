"""Characters that no text of a configuration file has any use for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from build_tasks.config.problems import Problem, problem_at

#: Control characters but for line breaks and tabs, and half of a character. TOML writes them as escapes, so
#: they do not show where the file is reviewed.
_USELESS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
#: ``$`` in the keys' patterns would let it pass.
_BROKEN_OFF = re.compile(r"[^\n]*\n")


def character_problems(file: str, text: str, data: object, prefix: Sequence[str] = ()) -> list[Problem]:
    """Keys and texts with control characters, and texts of one line that end in a line break.

    :param text: the file's text, to find lines in.
    :param prefix: tables of the file that ``data`` was found under.
    """
    found = []
    for path, value in _texts(data, tuple(prefix)):
        if _USELESS.search(value):
            found.append(problem_at(file, text, path, f"a control character in {value!r}"))
        elif _BROKEN_OFF.fullmatch(value):
            found.append(problem_at(file, text, path, f"a line break at the end of {value!r}"))
    return found


def _texts(data: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield path, str(key)
            yield from _texts(value, (*path, str(key)))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _texts(value, (*path, str(number)))
