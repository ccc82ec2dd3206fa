"""A stream that takes whole lines."""

from __future__ import annotations

import os
import sys
from typing import Protocol, TextIO

from build_tasks.presentation.plain_text import encodable


class ReaderGone(Exception):
    """Whoever read our output has gone (``./inv ... | head``)."""


class Sink:
    """Writes lines to a stream, in its own encoding.

    :param stream: standard output or standard error.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self._encoding = getattr(stream, "encoding", None) or sys.getdefaultencoding()

    def line(self, text: str) -> None:
        """Write one line (or several) at once, so that lines of two threads or processes do not mix.

        :raises ReaderGone: the other end of the pipe is closed.
        """
        try:
            self.stream.write(encodable(text, self._encoding) + "\n")
            self.stream.flush()
        except BrokenPipeError:
            discard_the_rest(self.stream)
            raise ReaderGone from None


class TakesLines(Protocol):
    """Where lines go."""

    def line(self, text: str) -> None:
        """Take one line, or several."""


class Page:
    """Lines that are kept, to be shown in one piece."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        self.lines += text.split("\n")


def discard_the_rest(stream: TextIO) -> None:
    """Send what is still written to a stream nowhere.

    What is left in its buffer would raise again, with a traceback, when Python closes the stream.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
