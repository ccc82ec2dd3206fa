"""Scripts in pipeline files, taken apart into commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence

#: Azure's ``$(name)`` and GitHub's ``${{ name }}``, which are filled in before a shell sees them.
_FILLED_IN = re.compile(r"\$\(([\w.-]+)\)|\$\{\{\s*(.*?)\s*\}\}")
_BETWEEN = ";&|()"
_SAYS_ONLY = {"echo", "printf", "#"}


def commands(script: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The words of each command, with the number of the line it begins on, from 0.

    Words are those a shell makes, its variables left as they are. What only prints is passed over.
    """
    waiting, began = "", 0
    for number, line in enumerate(script.splitlines()):
        began = began if waiting else number
        if line.rstrip().endswith("\\"):
            waiting += line.rstrip()[:-1] + " "
            continue
        yield from ((began, words) for words in _commands(waiting + line))
        waiting = ""
    yield from ((began, words) for words in _commands(waiting))


def filled_in(text: str, known: Callable[[str], str | None]) -> str:
    """A text with the variables that are known; others become ``$name``, as a shell's are.

    :param known: gives a variable's text by its name in lower case.
    """

    def fill(match: re.Match[str]) -> str:
        name = str(match[1] or match[2])
        found = known(name.lower())
        return re.sub(r"\W+", "_", f"${name}").replace("_", "$", 1) if found is None else found

    return _FILLED_IN.sub(fill, text)


def _commands(line: str) -> Iterator[Sequence[str]]:
    words: list[str] = []
    for word in _words(line):
        if word.strip(_BETWEEN):
            words.append(word)
        else:
            yield from _told(words)
            words = []
    yield from _told(words)


def _told(words: Sequence[str]) -> Iterator[Sequence[str]]:
    if words and words[0] not in _SAYS_ONLY:
        yield words


def _words(line: str) -> Sequence[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=_BETWEEN)
    lexer.whitespace_split = True
    try:
        return list(lexer)
    except ValueError:
        # A quote that another line closes: what stands here still names what it names.
        return line.split()
