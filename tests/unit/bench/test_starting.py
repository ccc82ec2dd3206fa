"""Other task runners do nothing, and tell so, in a folder that is made for them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.measuring import Side
from bench.starting import TaskRunners
from bench.terminal import Terminal
from build_tasks.adapters.programs.process import CommandLog, Processes


@pytest.fixture
def runners(tmp_path: Path) -> TaskRunners:
    made = TaskRunners(Terminal(Processes(CommandLog(tmp_path.with_suffix(".log"))), tmp_path))
    made.set_up()
    return made


def said(sides: list[Side], log: Path) -> dict[str, str]:
    """What each of them printed."""
    found = {}
    for side in sides:
        before = len(log.read_text()) if log.exists() else 0
        assert side.run() > 0
        lines = log.read_text()[before:].splitlines()
        found[side.name] = "\n".join(line.removeprefix("  | ") for line in lines if line.startswith("  | "))
    return found


def test_each_tells_its_one_task(runners: TaskRunners, tmp_path: Path) -> None:
    found = said(runners.listing(), tmp_path.with_suffix(".log"))
    assert [*found] == ["bare inv", "bare just", *(["bare make"] if shutil.which("make") else [])]
    assert [name for name, text in found.items() if "nothing" not in text or "Do nothing." not in text] == []


def test_each_does_nothing_without_a_word(runners: TaskRunners, tmp_path: Path) -> None:
    found = said(runners.doing_nothing(), tmp_path.with_suffix(".log"))
    assert {*found} >= {"bare inv", "bare just"}
    assert found.pop("bare make", "") in ("", "make: Nothing to be done for 'nothing'.")
    assert {*found.values()} == {""}
