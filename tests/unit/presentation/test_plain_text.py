"""Nothing that a tool prints can act on the terminal or the CI agent."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from build_tasks.presentation.plain_text import duration, encodable, printable, room, without_ci_commands


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m text", "red text"),
        ("\x1b]0;new title\x07after", "after"),
        ("\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;Y2xpcA==\x07clip", "clip"),
        ("\x9b31mold colour", "old colour"),
        ("\x1bP1$r0m\x1b\\dcs", "dcs"),
        ("\x1b(Bcharset \x1b7cursor\x1b8", "charset cursor"),
        ("10 %\r50 %\r100 %\r\n", "100 %"),
        ("bell\x07", "bell\N{REPLACEMENT CHARACTER}"),
        ("if admin:\u202e } //", "if admin:\N{REPLACEMENT CHARACTER} } //"),
        ("a\tb", "a   b"),
        ("Größe ✓ 漢字", "Größe ✓ 漢字"),
    ],
)
def test_printable(raw: str, shown: str) -> None:
    assert printable(raw) == shown


@given(st.text(st.one_of(st.sampled_from("\x1b\x9b\x9d[]();0m\x07\r\\\u202e"), st.characters())))
@example("\x1b")
@example("\x1b\x1b[31m[31m")
def test_no_control_character_survives(raw: str) -> None:
    assert not [c for c in printable(raw) if unicodedata.category(c) == "Cc" or "\u202a" <= c <= "\u202e"]


@pytest.mark.parametrize(
    "piece", ["\x9d", "\x9d\x1b", "\x1b]", "\x90x", "\x9b0", "\x1b[0;", "\x1b ", "\r", "\t", "x"]
)
def test_a_line_of_megabytes_takes_no_time_and_is_cut(piece: str) -> None:
    """Looked for from each of them to the end of the line, a terminator would take hours to be missed."""
    shown = printable(piece * (3_000_000 // len(piece)) + "\x1b")
    assert len(shown) < 20_000


def test_of_a_line_that_nobody_reads_to_its_end_the_beginning() -> None:
    assert printable("ab" * 5000) == "ab" * 2000 + " ... (6000 more characters)"
    assert printable("a" * 4000) == "a" * 4000


@pytest.mark.parametrize(
    "line",
    ["::set-output name=x::y", "  ::add-mask::x", "##[command]x", "text ##vso[task.setvariable variable=x]y"],
)
def test_commands_to_a_ci_agent_are_broken(line: str) -> None:
    shown = without_ci_commands(line)
    assert not shown.lstrip().startswith("::")
    assert "##[" not in shown
    assert "##vso[" not in shown


def test_ordinary_text_keeps_its_hashes_and_colons() -> None:
    for line in ("## heading", "std::vector", "a ## [link]"):
        assert without_ci_commands(line) == line


def test_what_an_encoding_cannot_say_is_replaced() -> None:
    assert encodable("naïve ✓", "ascii") == "na?ve ?"
    assert encodable("naïve ✓", "latin-1") == "naïve ?"
    assert encodable("naïve ✓", "utf-8") == "naïve ✓"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (41.2, "41 s"),
        (59.7, "1 min 0 s"),
        (125, "2 min 5 s"),
        (3840, "1 h 4 min"),
    ],
)
def test_duration(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (5 * 1024**2, "5.0 MiB"),
        (3 * 1024**3 // 2, "1.5 GiB"),
        (5000 * 1024**3, "5000.0 GiB"),
    ],
)
def test_room(size: int, shown: str) -> None:
    assert room(size) == shown
