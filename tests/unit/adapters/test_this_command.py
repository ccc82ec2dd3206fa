"""What others who wait are told of this command."""

from __future__ import annotations

import getpass
import re

import pytest

from build_tasks.adapters.programs.this_command import this_command


def command(*argv: str) -> str:
    return this_command(lambda text: text.replace("s3cret!", "***"), argv).command


def test_what_was_typed() -> None:
    argv = ("/x/__main__.py", "--search-root", "/home/ann/shop", "delivery.promote", "--version", "1.0.2")
    assert command(*argv) == "./inv delivery.promote --version 1.0.2"


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("it's time; rm -rf /", """'it'"'"'s time; rm -rf /'"""),
        ("two\nlines", "'two lines'"),
        ("the key is s3cret!", "'the key is ***'"),
    ],
)
def test_hostile_words(reason: str, shown: str) -> None:
    assert command("inv", "delivery.switch", "--reason", reason) == f"./inv delivery.switch --reason {shown}"


def test_a_long_one_is_cut() -> None:
    assert len(command("inv", "delivery.switch", "--reason", "x" * 10_000)) == 200


def test_no_two_have_one_name() -> None:
    one, other = (this_command(str).name for _ in range(2))
    assert one != other
    assert re.fullmatch(r".+@.+/\d+-[0-9a-f]{8}", one)


def test_a_user_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError("No username set in the environment")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert this_command(str).name.startswith("uid")
