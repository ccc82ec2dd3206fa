"""The table of contents of all tasks."""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from build_tasks.presentation.sink import Sink
from build_tasks.presentation.style import style_for
from build_tasks.presentation.surroundings import surroundings_of


@dataclass(frozen=True)
class Chapter:
    """Tasks that belong together.

    :param name: of the collection; empty for the tasks outside of any.
    :param tasks: last part of each task's name -> its first line of help, in the order to show.
    """

    name: str
    tasks: Mapping[str, str]


def show_contents(
    chapters: Sequence[Chapter], stream: TextIO, environ: Mapping[str, str] = os.environ
) -> None:
    """Print all tasks.

    A person at a terminal sees what several collections have in common once; a pipe gets every full name,
    one a line, never wrapped, for grep.
    """
    surroundings = surroundings_of(stream, environ)
    style, sink = style_for(surroundings), Sink(stream)
    width = shutil.get_terminal_size().columns if surroundings.terminal else 10_000
    for names, tasks in _sections(chapters, together=surroundings.terminal):
        if len(names) > 1:
            sink.line(style.paint(f"each of {', '.join(names)}:", "bold"))
        for line in _lines(names, tasks, width):
            sink.line(line)
        sink.line("")


def _sections(chapters: Sequence[Chapter], *, together: bool) -> list[tuple[list[str], Mapping[str, str]]]:
    sections: list[tuple[list[str], Mapping[str, str]]] = []
    for chapter in chapters:
        same = next((names for names, tasks in sections if together and tasks == chapter.tasks), None)
        if same is None:
            sections.append(([chapter.name], chapter.tasks))
        else:
            same.append(chapter.name)
    return sections


def _lines(names: Sequence[str], tasks: Mapping[str, str], width: int) -> list[str]:
    prefix = "" if len(names) > 1 or not names[0] else names[0]
    dot = "." if names[0] else ""
    heads = {name: f"  {prefix}{dot}{name}  " for name in tasks}
    column = max(map(len, heads.values()))
    lines = []
    for name, text in tasks.items():
        wrapped = textwrap.wrap(text, max(width - column, 20)) or [""]
        lines.append((heads[name].ljust(column) + wrapped[0]).rstrip())
        lines += [" " * column + more for more in wrapped[1:]]
    return lines
