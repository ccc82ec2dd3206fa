"""Where the output goes: a terminal, a pipe or a CI's log."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TextIO


class Ci(Enum):
    """CI systems whose logs have forms of their own."""

    NONE = "none"
    GITHUB = "github"
    AZURE = "azure"
    GITLAB = "gitlab"
    OTHER = "other"


#: Variables that the CI systems document as always set on their agents.
_CI_VARIABLES = {"GITHUB_ACTIONS": Ci.GITHUB, "TF_BUILD": Ci.AZURE, "GITLAB_CI": Ci.GITLAB, "CI": Ci.OTHER}


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
    ci: Ci

    @property
    def unicode(self) -> bool:
        try:
            "✓✗–…▶".encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return True


def surroundings_of(stream: TextIO, environ: Mapping[str, str]) -> Surroundings:
    """What ``stream`` can show, judged by https://no-color.org, TERM and the CI's own variables."""
    ci = next((ci for name, ci in _CI_VARIABLES.items() if _is_set(environ, name)), Ci.NONE)
    terminal = stream.isatty() and environ.get("TERM", "dumb") != "dumb" and ci is Ci.NONE
    colour = (terminal or _is_set(environ, "FORCE_COLOR")) and not environ.get("NO_COLOR")
    encoding = getattr(stream, "encoding", None) or sys.getdefaultencoding()
    return Surroundings(terminal, colour, encoding, ci)


def _is_set(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").lower() not in ("", "0", "false")
