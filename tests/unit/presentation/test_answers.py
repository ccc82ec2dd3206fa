"""Answers, for eyes and for programs."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

import pytest

from build_tasks.presentation.answers import Answers
from tests.fakes.ci_agents import azure_commands, github_commands


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Release:
    name: str
    folder: Path
    colour: Colour
    when: datetime
    tags: tuple[str, ...] = ()


class Screen(io.TextIOWrapper):
    def __init__(self, encoding: str = "utf-8", terminal: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="\n")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def text(self) -> str:
        self.seek(0)
        return self.read()


WHEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RELEASE = Release("größe\x1b[31m", Path("/a/b"), Colour.RED, WHEN, ("x",))


def test_json_of_our_types() -> None:
    screen = Screen()
    Answers(screen, {}).show_json({"releases": [RELEASE]})
    assert json.loads(screen.text()) == {
        "releases": [
            {
                "name": "größe\x1b[31m",
                "folder": "/a/b",
                "colour": "red",
                "when": "2026-03-01T12:00:00Z",
                "tags": ["x"],
            }
        ]
    }
    assert "\x1b" not in screen.text()
    assert "größe" in screen.text()


def test_json_where_the_encoding_is_poor() -> None:
    screen = Screen("ascii")
    Answers(screen, {}).show_json(RELEASE)
    assert json.loads(screen.text())["name"] == "größe\x1b[31m"


def test_a_table_in_a_pipe_is_aligned_and_never_cut() -> None:
    screen = Screen()
    long = "x" * 300
    Answers(screen, {"COLUMNS": "40"}).show_table(
        ["service", "version"], [["delivery", "1.0.2"], ["package", long]], title="What runs"
    )
    assert screen.text().splitlines() == [
        "What runs",
        "service   version",
        "delivery  1.0.2",
        f"package   {long}",
    ]


def test_on_a_narrow_terminal_no_name_loses_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    screen = Screen(terminal=True)
    address = "unix:///run/build-tasks/docker.sock"
    Answers(screen, {"TERM": "xterm", "NO_COLOR": "1"}).show_table(["name"], [[address]])
    assert address in "".join(screen.text().split())


def test_a_table_on_a_terminal_cannot_be_painted_by_its_cells() -> None:
    screen = Screen(terminal=True)
    Answers(screen, {"TERM": "xterm", "NO_COLOR": "1"}).show_table(
        ["service"], [["[red]delivery[/red]\x1b[2J"]], title="What runs"
    )
    text = screen.text()
    assert "[red]delivery[/red]" in text
    assert "\x1b[2J" not in text


def test_lines_are_made_safe() -> None:
    screen = Screen()
    Answers(screen, {}).show_text("one\x1b[2J\ntwo\n")
    assert screen.text() == "one\ntwo\n"


DIFF = ["--- a", "+++ b", "@@ -1 +1 @@", "-old", "+new\x1b[2J", " same"]


def test_a_diff_is_plain_where_nobody_wants_colours() -> None:
    screen = Screen()
    Answers(screen, {"NO_COLOR": "1"}).show_diff(DIFF)
    assert screen.text().splitlines() == [*DIFF[:4], "+new", " same"]


def test_a_diff_in_colours() -> None:
    screen = Screen(terminal=True)
    Answers(screen, {"FORCE_COLOR": "1", "TERM": "xterm"}).show_diff(DIFF)
    bold, red, green, cyan = "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[36m"
    assert screen.text().replace("\x1b[0m", "").splitlines() == [
        f"{bold}--- a",
        f"{bold}+++ b",
        f"{cyan}@@ -1 +1 @@",
        f"{red}-old",
        f"{green}+new",
        " same",
    ]


COMMANDS = ["::add-mask::x", "##vso[task.setvariable variable=x]y", "a ##[add-path]/x", "####[x]"]


@pytest.mark.parametrize("environ", [{"TF_BUILD": "True"}, {"GITHUB_ACTIONS": "true"}, {"CI": "true"}])
def test_no_answer_commands_a_ci_agent(environ: dict[str, str]) -> None:
    screen = Screen()
    answers = Answers(screen, environ)
    answers.show_text("\n".join(COMMANDS))
    answers.show_table(["name"], [[text] for text in COMMANDS], title=COMMANDS[0])
    answers.show_json(COMMANDS)
    answers.show_diff([*COMMANDS, *(f"+{text}" for text in COMMANDS)])
    assert azure_commands(screen.text()) == github_commands(screen.text()) == []


def test_json_for_a_ci_means_what_it_means_elsewhere() -> None:
    screen = Screen()
    Answers(screen, {"TF_BUILD": "True"}).show_json({"##[x]": COMMANDS})
    assert json.loads(screen.text()) == {"##[x]": COMMANDS}


def test_in_a_shell_an_answer_is_as_it_is() -> None:
    screen = Screen()
    Answers(screen, {}).show_text("\n".join(COMMANDS))
    assert screen.text().splitlines() == COMMANDS


def test_json_escapes_what_json_would_leave_to_the_terminal() -> None:
    """Eight-bit control characters, and those that reorder what is read."""
    screen = Screen()
    Answers(screen, {}).show_json({"branch": "\x9b2J\x7f\u202egnp"})
    assert json.loads(screen.text()) == {"branch": "\x9b2J\x7f\u202egnp"}
    assert screen.text().isascii()
