"""What went wrong, told to the person who has to do something about it. On standard error."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol, TextIO

from build_tasks.errors import FlowError
from build_tasks.model.account import Annotation, Level
from build_tasks.presentation.annotations import annotating, annotations_of
from build_tasks.presentation.plain_text import printable, without_ci_commands
from build_tasks.presentation.sink import Sink
from build_tasks.presentation.style import Style, style_for
from build_tasks.presentation.surroundings import surroundings_of


class SessionLog(Protocol):
    """The file that holds the whole story of this run."""

    path: Path | None

    def write(self, text: str) -> None: ...


class Failures:
    """Shows errors.

    :param stream: standard error.
    """

    def __init__(self, stream: TextIO, environ: Mapping[str, str]) -> None:
        surroundings = surroundings_of(stream, environ)
        self._style: Style = style_for(surroundings)
        self._sink = Sink(stream)
        self._annotate = annotating(surroundings.ci, self._sink)

    def show_error(self, error: FlowError, log: Path | None = None) -> None:
        """What was attempted, why it failed, the tool's last words, what to do, the log."""
        self._sink.line("\n".join(explanation(error, self._style, log or error.log)))
        for annotation in annotations_of(error):
            self._annotate(annotation)

    def show_interrupt(self, what: str = "") -> None:
        """The user (or the CI) stopped it.

        :param what: what was under way, where more is known than the reader has typed.
        """
        mark = self._style.paint(self._style.marks.failed, "red")
        interrupted = f"interrupted: {_safe(what)}" if what else "interrupted"
        self._sink.line(f"{mark} {interrupted}; run it again, it converges")

    def show_bug(self, error: BaseException, log: SessionLog | None) -> None:
        """An error nobody expected: its traceback goes to the log, the message names the log."""
        import traceback  # only a bug needs it

        story = "".join(traceback.format_exception(error))
        where = _write(story, log)
        mark = self._style.paint(self._style.marks.failed, "red")
        bug = f"a bug in build_tasks: {type(error).__name__}: {_first_line(str(error))}"
        lines = [
            f"{mark} {bug}",
            f"  {self._style.paint('to do:', 'bold')} please report it together with the log",
            f"  {self._style.paint('log:', 'bold')}   {where}",
        ]
        self._sink.line("\n".join(lines))
        self._annotate(Annotation(Level.ERROR, f"{bug} (log: {where})"))


def explanation(error: FlowError, style: Style, log: Path | None) -> Iterator[str]:
    """The lines that tell an error: what, why, the tool's last words, what to do, the log."""
    yield f"{style.paint(style.marks.failed, 'red')} {_safe(error.what)}"
    yield from _labelled("why:  ", error.why, style)
    for line in error.details:
        yield style.paint(f"         | {_safe(line)}", "dim")
    yield from _labelled("to do:", error.fix, style)
    if log is not None:
        yield from _labelled("log:  ", str(log), style)


def _labelled(label: str, text: str, style: Style) -> Iterator[str]:
    for number, line in enumerate(text.splitlines()):
        head = style.paint(label, "bold") if number == 0 else " " * len(label)
        yield f"  {head} {_safe(line)}"


def failures_on(stream: TextIO) -> Failures:
    """Failures shown on a stream of this process, in this process's environment."""
    return Failures(stream, os.environ)


def _write(story: str, log: SessionLog | None) -> Path:
    if log is not None and log.path is not None:
        log.write(story)
        return log.path
    import tempfile  # seldom needed, and takes time to import

    try:
        descriptor, name = tempfile.mkstemp(prefix="build-tasks-", suffix=".log")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(story)
    except OSError as error:
        return Path(f"(none: {error.strerror})")
    return Path(name)


def _first_line(text: str) -> str:
    return _safe(text.splitlines()[0]) if text.strip() else ""


def _safe(text: str) -> str:
    return without_ci_commands(printable(text))
