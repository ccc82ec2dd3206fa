"""What runs side by side is shown in one piece each, on a terminal below a table of all."""

from __future__ import annotations

import contextvars
import re
import threading
from collections.abc import Callable

import pytest
import rich.console

from build_tasks.errors import ExitCode, FlowError
from build_tasks.presentation.console import Console
from build_tasks.presentation.live_rows import table_of
from build_tasks.presentation.plain_text import printable
from build_tasks.presentation.running_step import Row, RunningStep
from build_tasks.presentation.style import ASCII, Style
from tests.fakes.ci_agents import github_commands
from tests.fakes.screen import Screen, Ticks, console_on

TITLES = {"all.test delivery": "delivery", "all.test package": "package"}


def in_turns(console: Console, ticks: Ticks, error: BaseException | None = None) -> None:
    """Two services in two threads that take turns: each step of the one is followed by one of the other.

    :param error: how package ends.
    """
    turn = threading.Barrier(2, timeout=30)

    def work(name: str) -> None:
        with console.step(f"all.test {name}"):
            turn.wait()
            with console.step(f"build {name}", "new"):
                turn.wait()
                console.detail(f"compiling {name}")
                turn.wait()
            console.skip(f"scan {name}", "nobody asked")
            turn.wait()
            console.note(f"{name} says hello")
            console.warn(f"{name} is old")
            if name == "package" and error is not None:
                raise error

    def guarded(name: str) -> None:
        try:
            work(name)
        except BaseException as failure:
            assert failure is error

    with console.side_by_side(TITLES):
        ticks.now += 5
        _threads(guarded, ["delivery", "package"])


def _threads(work: Callable[[str], None], names: list[str]) -> None:
    threads = [threading.Thread(target=contextvars.copy_context().run, args=(work, name)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def block(name: str, *, details: bool = False, mark: str = "✓") -> list[str]:
    """The lines of one service in one piece."""
    folded = [f"  | compiling {name}"] if details else []
    return [
        f"▶ all.test {name}",
        f"  ▶ build {name} (new)",
        *folded,
        f"  ✓ build {name}  0.0 s",
        f"  – scan {name}: skipped, nobody asked",
        f"  {name} says hello",
        f"  ! {name} is old",
        f"{mark} all.test {name}  0.0 s",
    ]


def test_the_lines_of_two_services_never_mix(screen: Screen, ticks: Ticks) -> None:
    in_turns(console_on(screen, ticks), ticks)
    delivery, package = block("delivery"), block("package")
    assert screen.lines in (delivery + package, package + delivery)


def test_what_is_outside_is_shown_at_once(screen: Screen, ticks: Ticks) -> None:
    console = console_on(screen, ticks)
    with console.side_by_side(TITLES), console.step("all.test delivery"):
        with console.step("build"):
            other = threading.Thread(target=console.note, args=("meanwhile",))
            other.start()
            other.join()
        assert screen.lines == ["meanwhile"]
    assert len(screen.lines) == 5


def test_afterwards_such_a_title_is_a_step_like_any_other(screen: Screen, ticks: Ticks) -> None:
    console = console_on(screen, ticks)
    with console.side_by_side(TITLES):
        pass
    with console.step("all.test delivery"):
        assert screen.lines == ["▶ all.test delivery"]


def test_a_failure_is_explained_below_its_block(screen: Screen, ticks: Ticks) -> None:
    error = FlowError(
        "test package", "2 failed", "see .build", code=ExitCode.TESTS_FAILED, details=["FAILED test_x"]
    )
    in_turns(console_on(screen, ticks), ticks, error)
    told = ["✗ test package", "  why:   2 failed", "         | FAILED test_x", "  to do: see .build"]
    package = [*block("package", mark="✗"), *told]
    start = screen.lines.index("▶ all.test package")
    assert screen.lines[start : start + len(package)] == package


def test_what_was_interrupted_is_not_shown(screen: Screen, ticks: Ticks) -> None:
    in_turns(console_on(screen, ticks), ticks, KeyboardInterrupt())
    assert screen.lines == block("delivery")


@pytest.mark.parametrize(
    ("environ", "opening", "closing"),
    [
        ({"GITHUB_ACTIONS": "true"}, r"::group::✓ all.test (\w+)  0.0 s$", r"::endgroup::$"),
        ({"TF_BUILD": "True"}, r"##\[group\]✓ all.test (\w+)  0.0 s$", r"##\[endgroup\]$"),
    ],
)
def test_a_ci_folds_each_service_with_its_tools_lines(
    screen: Screen, ticks: Ticks, environ: dict[str, str], opening: str, closing: str
) -> None:
    in_turns(console_on(screen, ticks, environ), ticks)
    size = len(block("delivery", details=True)) + 2
    shown = [line for line in screen.lines if "warning" not in line]
    assert len(shown) == 2 * size
    for lines in (shown[:size], shown[size:]):
        opened = re.fullmatch(opening, lines[0])
        assert opened and re.fullmatch(closing, lines[-1])
        assert lines[1:-1] == block(opened[1], details=True)


def test_a_failure_is_not_folded_away(screen: Screen, ticks: Ticks) -> None:
    error = FlowError("test package", "2 failed", code=ExitCode.TESTS_FAILED)
    in_turns(console_on(screen, ticks, {"GITHUB_ACTIONS": "true"}), ticks, error)
    told = screen.lines.index("✗ test package")
    assert screen.lines[told - 1] == "::endgroup::"


def test_warnings_and_failures_of_blocks_are_annotations_outside_of_folds(
    screen: Screen, ticks: Ticks
) -> None:
    """In a fold nobody would see them, and an agent would not take them for commands."""
    error = FlowError("test package", "2 failed", "see .build", code=ExitCode.TESTS_FAILED)
    in_turns(console_on(screen, ticks, {"GITHUB_ACTIONS": "true"}), ticks, error)
    found = [command for command in github_commands(screen.getvalue()) if "group" not in command.name]
    assert sorted((command.name, command.data) for command in found) == [
        ("error", "2 failed\nto do: see .build"),
        ("warning", "delivery is old"),
        ("warning", "package is old"),
    ]


def test_a_tool_cannot_end_the_fold(screen: Screen, ticks: Ticks) -> None:
    console = console_on(screen, ticks, {"GITHUB_ACTIONS": "true"})
    with console.side_by_side(TITLES), console.step("all.test delivery"), console.step("build"):
        console.detail("::endgroup::")
    assert [line for line in screen.lines if line.lstrip().startswith("::endgroup")] == ["::endgroup::"]


def test_signs_of_life_come_while_nothing_else_does(screen: Screen, ticks: Ticks) -> None:
    console = console_on(screen, ticks)
    with console.side_by_side(TITLES), console.step("all.test delivery"), console.step("build delivery"):
        ticks.now += 30
        console.beat()
        assert screen.lines == ["    still: build delivery… 30 s"]
    assert not any("still" in line for line in screen.lines[1:])


def test_a_terminal_shows_the_blocks_and_a_table_of_all(ticks: Ticks) -> None:
    screen = Screen(terminal=True)
    console = console_on(screen, ticks, {"TERM": "xterm", "COLUMNS": "100", "NO_COLOR": "1"})
    in_turns(console, ticks, FlowError("test package", "none", code=ExitCode.NO_TESTS))
    shown = [printable(line).rstrip() for line in screen.getvalue().split("\n")]
    for lines in (block("delivery"), block("package", mark="✗")):
        start = shown.index(lines[0])
        assert shown[start : start + len(lines)] == lines
    assert "  why:   none" in shown
    assert any(re.match(r"service +now +time +last time +result", line) for line in shown)
    assert any(re.fullmatch(r"package +0\.0 s +✗ no tests", line) for line in shown)
    assert not re.search(r"\x1b\[[\d;]*3\dm", screen.getvalue())


def test_the_table_says_what_is_being_done_and_what_to_expect() -> None:
    root = RunningStep("all.test delivery", "", 100.0)
    step = RunningStep("build delivery", "", 100.0, parent=root)
    step.details.append("#7 RUN pip install")
    interrupted = Row("d", "workflow", None, None, 100.0, 5.0, KeyboardInterrupt())
    rows = [
        Row("all.test delivery", "delivery", 12.0, step, 100.0),
        Row("b", "ingestion", None, RunningStep("b", "", 101.0), 101.0),
        Row("c", "package", 61.0),
        interrupted,
        Row("e", "dronescheduler", 3.0, None, 100.0, 4.0),
        Row("f", "broken", None, None, 100.0, 2.0, KeyError("x")),
    ]
    screen = Screen()
    rich.console.Console(file=screen, width=100).print(table_of(rows, 103.0, Style(ASCII, colour=False)))
    assert [re.sub(" {2,}", " | ", line.rstrip()) for line in screen.lines] == [
        "service | now | time | last time | result",
        "delivery | build delivery | #7 RUN pip install | 3.0 s | 12 s",
        "ingestion | 2.0 s",
        "package | waiting | 1 min 1 s",
        "workflow | 5.0 s | FAILED interrupted",
        "dronescheduler | 4.0 s | 3.0 s | ok",
        "broken | 2.0 s | FAILED a bug",
    ]
