"""Answers: what a task was asked for, on standard output, as a table, as lines or as JSON."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TextIO

from build_tasks.model.ci import Elsewhere
from build_tasks.presentation.plain_text import encodable, escaped, printable, without_ci_commands
from build_tasks.presentation.sink import Sink
from build_tasks.presentation.style import style_for
from build_tasks.presentation.surroundings import surroundings_of

_DIFF_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


class Answers:
    """Prints answers.

    :param stream: standard output.
    """

    def __init__(self, stream: TextIO, environ: Mapping[str, str]) -> None:
        self._surroundings = surroundings_of(stream, environ)
        self._sink = Sink(stream)

    def show_json(self, answer: object) -> None:
        """Dataclasses, msgspec structs, mappings, paths, times ... as one JSON document.

        Keys keep their order; control characters and what the encoding cannot say are escaped.
        """
        import json

        import msgspec

        plain = msgspec.to_builtins(answer, enc_hook=str, str_keys=True)
        text = escaped(json.dumps(plain, indent=2, ensure_ascii=not self._surroundings.unicode))
        if self._surroundings.ci is not Elsewhere.SHELL:
            # Two of them are in a text, where this means the same and is no command to the agent.
            text = text.replace("##", "#\\u0023")
        self._sink.line(text)

    def show_line(self, line: str) -> None:
        """One line, as it is but for control characters (``eval`` reads it, or the eye does)."""
        safe = printable(line)
        self._sink.line(safe if self._surroundings.ci is Elsewhere.SHELL else without_ci_commands(safe))

    def show_text(self, text: str) -> None:
        """Lines of any origin (logs, manifests), each made safe."""
        for line in text.splitlines():
            self.show_line(line)

    def show_diff(self, lines: Sequence[str]) -> None:
        """The lines of a unified diff; in colours where those are wanted."""
        style = style_for(self._surroundings)
        for line in lines:
            safe = encodable(printable(line), self._surroundings.encoding)
            safe = safe if self._surroundings.ci is Elsewhere.SHELL else without_ci_commands(safe)
            head = line.startswith(("--- ", "+++ "))
            colour = "bold" if head else _DIFF_COLOURS.get(line[:1], "")
            self._sink.line(style.paint(safe, colour) if colour else safe)

    def show_table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "") -> None:
        """A table: fitted to the terminal, or aligned and never cut in a pipe."""
        if self._surroundings.terminal:
            self._show_fitted(columns, rows, title)
            return
        if title:
            self.show_line(title)
        for line in _aligned([columns, *rows]):
            self.show_line(line)

    def _show_fitted(self, columns: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
        for column in columns:
            table.add_column(column, overflow="fold")  # a name or digest without its end is none
        for row in rows:
            table.add_row(*(Text(encodable(printable(cell), self._surroundings.encoding)) for cell in row))
        Console(
            file=self._sink.stream,
            force_terminal=True,
            no_color=not self._surroundings.colour,
            highlight=False,
        ).print(table)


def answers_on(stream: TextIO) -> Answers:
    """Answers on a stream of this process, in this process's environment."""
    return Answers(stream, os.environ)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
