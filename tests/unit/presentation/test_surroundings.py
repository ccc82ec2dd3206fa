"""Terminal, pipe and CI are told apart."""

from __future__ import annotations

import io

import pytest

from build_tasks.model.ci import CiSystem, Elsewhere, RunBy
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
        (True, XTERM, True, True, Elsewhere.SHELL),
        (False, XTERM, False, False, Elsewhere.SHELL),
        (True, {"TERM": "dumb"}, False, False, Elsewhere.SHELL),
        (True, {}, False, False, Elsewhere.SHELL),
        (True, {**XTERM, "NO_COLOR": "1"}, True, False, Elsewhere.SHELL),
        (True, {**XTERM, "NO_COLOR": ""}, True, True, Elsewhere.SHELL),
        (False, {"FORCE_COLOR": "1"}, False, True, Elsewhere.SHELL),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False, Elsewhere.SHELL),
        (True, {**XTERM, "CI": "true"}, False, False, Elsewhere.OTHER_CI),
        (False, {"CI": "true", "GITHUB_ACTIONS": "true"}, False, False, CiSystem.GITHUB),
        (False, {"TF_BUILD": "True"}, False, False, CiSystem.AZURE),
        (False, {"CI": "true", "GITLAB_CI": "true"}, False, False, CiSystem.GITLAB),
        (True, {**XTERM, "CI": "false"}, True, True, Elsewhere.SHELL),
    ],
)
def test_surroundings(is_tty: bool, environ: dict[str, str], terminal: bool, colour: bool, ci: RunBy) -> None:
    found = surroundings_of(Screen(is_tty), environ)
    assert (found.terminal, found.colour, found.ci) == (terminal, colour, ci)


def test_marks_follow_the_encoding() -> None:
    assert style_for(surroundings_of(Screen(False), {})).marks is UNICODE
    assert style_for(surroundings_of(Screen(False, "ascii"), {})).marks is ASCII
    assert style_for(surroundings_of(Screen(False, "latin-1"), {})).marks is ASCII


def test_colour_is_painted_only_where_wanted() -> None:
    assert style_for(surroundings_of(Screen(True), XTERM)).paint("x", "red") == "\x1b[31mx\x1b[0m"
    assert style_for(surroundings_of(Screen(False), XTERM)).paint("x", "red") == "x"
