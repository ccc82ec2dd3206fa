"""What of a run no tool was at work in, from its command log."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench.release_flow import Step, parts
from bench.tools_time import covered, intervals, logs_of, pauses
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.wiring.flow import SystemClock

LOG = """\
2026-11-25T20:07:28.500+00:00 $ docker start --attach \'two
lines\'  (in /srv)
  |   = 0 after 99.000 s
  | 2026-11-25T20:07:20.000+00:00 $ not a command of ours
  = 0 after 2.500 s
$ kubectl port-forward  (until it is not needed any more)
2026-11-25T20:07:28.750+00:00 waited 0.250 s
  | 2026-11-25T20:07:28.750+00:00 waited 9.000 s
2026-11-25T20:07:29.000+00:00 $ git fetch
  = 1 after 0.250 s
"""


def test_each_command_has_a_beginning_and_an_end() -> None:
    [first, second] = intervals(LOG)
    assert first[1] - first[0] == pytest.approx(2.5)
    assert second[0] - first[0] == pytest.approx(2.75)
    assert second[1] - second[0] == pytest.approx(0.25)


def test_pauses_are_told_apart_from_what_tools_say() -> None:
    [(begin, end)] = pauses(LOG)
    assert end - begin == pytest.approx(0.25)
    assert begin == pytest.approx(next(iter(intervals(LOG)))[1])


def test_a_clock_tells_the_log_of_its_pauses(tmp_path: Path) -> None:
    log = CommandLog(tmp_path / "log")
    SystemClock(log).pause(0.002)
    [(begin, end)] = pauses((tmp_path / "log").read_text())
    assert end - begin == pytest.approx(0.002, abs=1e-6)


@pytest.mark.parametrize(
    ("spans", "seconds"),
    [
        ([], 0.0),
        ([(1.0, 3.0)], 2.0),
        ([(5.0, 6.0), (1.0, 3.0)], 3.0),
        ([(1.0, 3.0), (2.0, 4.0)], 3.0),
        ([(1.0, 9.0), (2.0, 4.0), (8.0, 10.0)], 9.0),
    ],
)
def test_what_runs_side_by_side_counts_once(spans: list[tuple[float, float]], seconds: float) -> None:
    assert covered(spans) == pytest.approx(seconds)


def test_the_log_of_real_commands_says_when_they_ran(tmp_path: Path) -> None:
    """They end each other's waiting: so they ran side by side, whatever the machine had to do."""
    one, other = tmp_path / "one", tmp_path / "other"
    meet = 'touch "$1"; until [ -e "$2" ]; do sleep 0.01; done'
    started = time.monotonic()
    with logs_of(tmp_path) as found:
        processes = Processes(CommandLog(tmp_path / ".build" / "logs" / "run.log"))
        with ThreadPoolExecutor() as pool:
            ended = [
                pool.submit(processes.run, ["sh", "-c", meet, "sh", mine, its])
                for mine, its in ((one, other), (other, one))
            ]
            took = [run.result().seconds for run in ended]
    wall = time.monotonic() - started
    spans = [*intervals(found[0])]
    assert sorted(end - begin for begin, end in spans) == pytest.approx(sorted(took), abs=0.01)
    assert max(took) - 0.01 <= covered(spans) <= wall + 0.01
    assert covered(spans) < sum(took)


def test_our_share_is_that_of_the_whole() -> None:
    rounds = [
        [Step("ci.run", 10.0, 9.8), Step("promote", 10.0, 9.6, 0.25)],
        [Step("ci.run", 20.0, 19.0, 0.5), Step("promote", 20.0, 20.0)],
    ]
    commands, share = parts(rounds)
    assert [(side.name, side.seconds) for side in commands.sides] == [
        ("whole", (20.0, 40.0)),
        ("ci.run", (10.0, 20.0)),
        ("promote", (10.0, 20.0)),
    ]
    [whole, own, work] = share.sides
    assert work.seconds == pytest.approx((0.35, 0.5))
    assert own.seconds == pytest.approx((0.6, 1.0))
    assert (whole.median, own.at_most) == (30.0, 0.05)
    assert own.ratio == pytest.approx(0.8 / 30.0)
