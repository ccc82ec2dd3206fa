"""Sides take turns, medians are compared, and what was measured can be read."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from bench.__main__ import read
from bench.inner_loop import Change
from bench.kinds import KINDS, WITHOUT_ENGINE
from bench.measuring import Comparison, Side, compare
from bench.showing import show, write
from bench.terminal import Terminal, until
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.errors import ExitCode, FlowError


def measured(first: list[float], second: list[float], order: list[str]) -> Comparison:
    """Two sides that take so long, the warm-up included."""

    def side(name: str, seconds: list[float]) -> Side:
        left = iter(seconds)

        def run() -> float:
            order.append(name)
            return next(left)

        return Side(name, f"inv {name}", run)

    sides = [side("one", first), replace(side("all", second), at_most=2.0)]
    return compare("unchanged", sides, rounds=len(first) - 1)


def test_medians_without_the_warm_up_and_their_ratio() -> None:
    one, every = measured([90.0, 1.0, 2.0, 9.0], [90.0, 3.0, 9.0, 3.0], []).sides
    assert (one.median, one.seconds, one.spread, one.ratio) == (2.0, (1.0, 2.0, 9.0), (1.0, 9.0), 1.0)
    assert (every.median, every.ratio) == (3.0, 1.5)


def test_sides_take_turns_and_every_other_round_goes_backwards() -> None:
    order: list[str] = []
    measured([1.0] * 3, [1.0] * 3, order)
    assert order == ["one", "all", "all", "one", "one", "all"]


def test_each_measurement_is_told() -> None:
    told: list[str] = []
    compare("unchanged", [Side("one", "", lambda: 1.0)], rounds=1, tell=told.append)
    assert told == ["unchanged, warm-up: one 1.000 s", "unchanged, round 1 of 1: one 1.000 s"]


def test_the_table_and_the_json_say_the_same(tmp_path: Path) -> None:
    comparison = measured([0.0, 1.0, 2.0, 3.0], [0.0, 4.0, 5.0, 6.0], [])
    screen = io.StringIO()
    show(comparison, Console(file=screen, width=120))
    assert screen.getvalue().splitlines()[-2].split() == [
        "all",
        "5.00",
        "s",
        "4.00",
        "s",
        "6.00",
        "s",
        "3",
        "2.50",
        "≤",
        "2",
        "inv",
        "all",
    ]
    write([comparison], tmp_path / "figures.json", "abc")
    document = json.loads((tmp_path / "figures.json").read_text())
    assert document["commit"] == "abc" and document["machine"]["cpus"]
    sides = document["comparisons"][0]["sides"]
    assert [(side["seconds"], side["ratio"]) for side in sides] == [([1, 2, 3], 1.0), ([4, 5, 6], 2.5)]
    assert [side["at_most"] for side in sides] == [None, 2.0]


def test_a_change_is_one_line_with_a_new_mark(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text('x = 1\nabout = About("delivery", 2)\n')
    write_line = Change("server.py", '"delivery', "/version").lines(tmp_path)
    for mark in ("abc", "def"):
        write_line(mark)
        assert (tmp_path / "server.py").read_text() == f'x = 1\nabout = About("delivery {mark}", 2)\n'


@pytest.mark.parametrize("text", ["nothing", "deliver"])
def test_a_line_that_cannot_be_told_is_not_changed(tmp_path: Path, text: str) -> None:
    (tmp_path / "server.py").write_text('About("delivery", "delivery")\n')
    with pytest.raises(FlowError, match="not once") as refused:
        Change("server.py", text, "/version").lines(tmp_path)
    assert refused.value.code is ExitCode.USAGE


def test_waiting_ends_with_the_last_lines_of_the_log(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("begun\nno such service\n")
    with pytest.raises(FlowError, match="nothing within 0 s") as late:
        until(lambda: False, "wait", patience=0.0, log=tmp_path / "log")
    assert late.value.details == ("begun", "no such service")


def test_a_command_that_stays_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.terminal._GRACE", 0.1)
    monkeypatch.setattr(Terminal, "_argv", lambda _self, words: ["sh", "-c", *words])
    stays = "trap 'echo ended; exit' INT; echo begun; while :; do sleep 0.02; done"
    log = tmp_path / "log"
    with Terminal(Processes(CommandLog(None)), tmp_path).running_inv([stays], log):
        until(lambda: log.exists() and log.read_text() == "begun\n", "begin", patience=30, log=log)
    assert log.read_text().split() == ["begun", "ended"]


def test_the_command_line() -> None:
    wishes = read(["forced", "unchanged", "--rounds", "3"])
    assert (wishes.kinds, wishes.rounds, wishes.service) == (["forced", "unchanged"], 3, "delivery")
    assert read([]).kinds == [*KINDS]
    assert read(["--processor"]).kinds == [kind for kind in KINDS if kind in WITHOUT_ENGINE]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rounds", "0"], "at least 1"),
        (["forse"], "no kind forse; one of"),
        (["forced", "--processor"], "sees no engine's work, which forced"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        read(words)
    assert said in capsys.readouterr().err


def test_processor_time_is_that_of_the_command_alone(tmp_path: Path) -> None:
    processes = Processes(CommandLog(None))
    works = "import time\nwhile time.process_time() < 0.5: pass"
    sum(range(1_000_000))  # ours, which is nobody else's
    counted = Terminal(processes, tmp_path, processor=True)
    assert 0.5 <= counted.python(works) < 1.5
    assert counted.python("pass") < 0.5
