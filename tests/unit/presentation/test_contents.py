"""The list of tasks, for eyes and for grep."""

from __future__ import annotations

import io

import pytest

from build_tasks.presentation.contents import Chapter, show_contents

CHAPTERS = [
    Chapter("", {"demo": "Show everything."}),
    Chapter(
        "delivery", {"build": "Build it.", "test": "Test it in the container that its Dockerfile describes."}
    ),
    Chapter(
        "package", {"build": "Build it.", "test": "Test it in the container that its Dockerfile describes."}
    ),
    Chapter("ci", {"run": ""}),
]


class Screen(io.StringIO):
    encoding = "utf-8"
    terminal = False

    def isatty(self) -> bool:
        return self.terminal


def test_a_pipe_gets_every_full_name_on_a_line_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    screen = Screen()
    show_contents(CHAPTERS, screen, {})
    assert screen.getvalue().splitlines() == [
        "  demo  Show everything.",
        "",
        "  delivery.build  Build it.",
        "  delivery.test   Test it in the container that its Dockerfile describes.",
        "",
        "  package.build  Build it.",
        "  package.test   Test it in the container that its Dockerfile describes.",
        "",
        "  ci.run",
        "",
    ]


def test_a_terminal_gets_what_services_have_in_common_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    screen = Screen()
    screen.terminal = True
    show_contents(CHAPTERS, screen, {"TERM": "xterm", "NO_COLOR": "1"})
    assert screen.getvalue().splitlines() == [
        "  demo  Show everything.",
        "",
        "each of delivery, package:",
        "  .build  Build it.",
        "  .test   Test it in the container that",
        "          its Dockerfile describes.",
        "",
        "  ci.run",
        "",
    ]
