"""Terminal, pipe and CI are told apart."""

from __future__ import annotations

import io

import pytest

from build_tasks.model.ci import Ci
from build_tasks.presentation.style import ASCII, UNICODE, style_for
from build_tasks.presentation.surroundings import surroundings_of


class Screen(io.TextIOWrapper):
    """A stream that claims to be a terminal, or not."""

    def __init__(self, terminal: bool, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


XTERM = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("is_tty", "environ", "terminal", "colour", "ci"),
    [
        (True, XTERM, True, True, Ci.NONE),
        (False, XTERM, False, False, Ci.NONE),
        (True, {"TERM": "dumb"}, False, False, Ci.NONE),
        (True, {}, False, False, Ci.NONE),
        (True, {**XTERM, "NO_COLOR": "1"}, True, False, Ci.NONE),
        (True, {**XTERM, "NO_COLOR": ""}, True, True, Ci.NONE),
        (False, {"FORCE_COLOR": "1"}, False, True, Ci.NONE),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False, Ci.NONE),
        (True, {**XTERM, "CI": "true"}, False, False, Ci.OTHER),
        (False, {"CI": "true", "GITHUB_ACTIONS": "true"}, False, False, Ci.GITHUB),
        (False, {"TF_BUILD": "True"}, False, False, Ci.AZURE),
        (False, {"CI": "true", "GITLAB_CI": "true"}, False, False, Ci.GITLAB),
        (True, {**XTERM, "CI": "false"}, True, True, Ci.NONE),
    ],
)
def test_surroundings(is_tty: bool, environ: dict[str, str], terminal: bool, colour: bool, ci: Ci) -> None:
    found = surroundings_of(Screen(is_tty), environ)
    assert (found.terminal, found.colour, found.ci) == (terminal, colour, ci)


def test_marks_follow_the_encoding() -> None:
    assert style_for(surroundings_of(Screen(False), {})).marks is UNICODE
    assert style_for(surroundings_of(Screen(False, "ascii"), {})).marks is ASCII
    assert style_for(surroundings_of(Screen(False, "latin-1"), {})).marks is ASCII


def test_colour_is_painted_only_where_wanted() -> None:
    assert style_for(surroundings_of(Screen(True), XTERM)).paint("x", "red") == "\x1b[31mx\x1b[0m"
    assert style_for(surroundings_of(Screen(False), XTERM)).paint("x", "red") == "x"
