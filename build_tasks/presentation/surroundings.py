"""Where the output goes: a terminal, a pipe or a CI's log."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from build_tasks.model.ci import Elsewhere, RunBy
from build_tasks.planning.ci.systems import is_set, recognised


@dataclass(frozen=True)
class Surroundings:
    """What the reader's end can show.

    :param terminal: lines can be drawn over.
    :param colour: colours are wanted.
    :param encoding: the stream's encoding, a name that Python knows.
    """

    terminal: bool
    colour: bool
    encoding: str
    ci: RunBy

    @property
    def unicode(self) -> bool:
        try:
            "✓✗–…▶".encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return True


def surroundings_of(stream: TextIO, environ: Mapping[str, str]) -> Surroundings:
    """What ``stream`` can show, judged by https://no-color.org, TERM and the CI's own variables."""
    ci = recognised(environ)
    terminal = stream.isatty() and environ.get("TERM", "dumb") != "dumb" and ci is Elsewhere.SHELL
    colour = (terminal or is_set(environ, "FORCE_COLOR")) and not environ.get("NO_COLOR")
    encoding = getattr(stream, "encoding", None) or sys.getdefaultencoding()
    return Surroundings(terminal, colour, encoding, ci)
