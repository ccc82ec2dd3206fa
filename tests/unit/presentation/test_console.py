"""Steps as a pipe, a CI log and a terminal show them."""

from __future__ import annotations

import contextvars
import re
import threading
from pathlib import Path

import pytest

from build_tasks.errors import FlowError
from build_tasks.ports.reporting import Reporter
from build_tasks.presentation.plain_text import printable
from tests.fakes.ci_agents import azure_commands
from tests.fakes.screen import Screen, Ticks, console_on


def test_it_is_a_reporter(screen: Screen, ticks: Ticks) -> None:
    reporter: Reporter = console_on(screen, ticks)
    reporter.note("hello")
    assert screen.lines == ["hello"]


def test_a_pipe_gets_plain_lines(screen: Screen, ticks: Ticks) -> None:
    console = console_on(screen, ticks)
    with console.step("push delivery", "not in the registry"):
        with console.step("upload"):
            console.detail("layer 1 of 2")
            ticks.now += 41
        console.skip("sign", "signed before")
        console.note("digest sha256:1234")
        console.warn("the registry is slow")
        ticks.now += 2
    assert screen.lines == [
        "▶ push delivery (not in the registry)",
        "  ▶ upload",
        "  ✓ upload  41 s",
        "  – sign: skipped, signed before",
        "  digest sha256:1234",
        "  ! the registry is slow",
        "✓ push delivery  43 s",
    ]


def test_verbose_shows_the_tools_lines(screen: Screen, ticks: Ticks) -> None:
    console = console_on(screen, ticks, verbose=True)
    with console.step("build"):
        console.detail("\x1b[32mcompiling\x1b[0m")
    assert screen.lines[1] == "  build | compiling"


def test_a_failure_shows_the_last_fifteen_lines(screen: Screen, ticks: Ticks) -> None:
    console = console_on(screen, ticks)
    with pytest.raises(RuntimeError), console.step("build"):
        for number in range(40):
            console.detail(f"line {number}")
        raise RuntimeError
    assert screen.lines == ["▶ build", *(f"  | line {n}" for n in range(25, 40)), "✗ build  0.0 s"]


def test_an_error_that_brings_its_details_is_not_told_twice(screen: Screen, ticks: Ticks) -> None:
    console = console_on(screen, ticks)
    with pytest.raises(FlowError), console.step("build"):
        console.detail("the reason")
        raise FlowError("build", "failed", details=["the reason"])
    assert screen.lines == ["▶ build", "✗ build  0.0 s"]


def test_an_interrupt_marks_the_step(screen: Screen, ticks: Ticks) -> None:
    console = console_on(screen, ticks)
    with pytest.raises(KeyboardInterrupt), console.step("build"):
        raise KeyboardInterrupt
    assert screen.lines[-1] == "✗ build  0.0 s"


def test_a_long_step_gives_signs_of_life_and_says_what_to_expect(
    screen: Screen, ticks: Ticks, tmp_path: Path
) -> None:
    file = tmp_path / "timings.json"
    for _ in range(2):
        console = console_on(screen, ticks, timings=file)
        with console.step("platform"), console.step("compile kubernetes"):
            ticks.now += 60
            console.beat()
    first, second = (line for line in screen.lines if "still" in line)
    assert first == "    still: compile kubernetes… 1 min 0 s"
    assert second == "    still: compile kubernetes… 1 min 0 s (last time 1 min 0 s)"


def test_a_failed_step_does_not_count_as_the_time_it_takes(
    screen: Screen, ticks: Ticks, tmp_path: Path
) -> None:
    file = tmp_path / "timings.json"
    with pytest.raises(ValueError), console_on(screen, ticks, timings=file).step("build"):
        raise ValueError
    assert not file.exists()


def test_a_step_in_which_all_was_skipped_does_not_count_as_the_time_it_takes(
    screen: Screen, ticks: Ticks, tmp_path: Path
) -> None:
    file = tmp_path / "timings.json"
    console = console_on(screen, ticks, timings=file)
    with console.step("all.test delivery"):
        console.skip("build delivery", "built before")
        with console.step("test delivery"):
            ticks.now += 5
    for _ in range(2):
        with console.step("all.test delivery"):
            console.skip("test delivery", "tested before")
            console.beat()
    assert screen.lines[-2].endswith("(last time 5.0 s)")


def test_heartbeats_come_by_themselves_and_end_with_the_last_step(
    screen: Screen, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("build_tasks.presentation.console.HEARTBEAT", 0.01)
    console = console_on(screen, ticks)
    beaten = threading.Event()
    monkeypatch.setattr(console, "beat", beaten.set)
    with console.step("wait"):
        assert beaten.wait(10)
        heart = next(t for t in threading.enumerate() if t.name == "heartbeat")
    heart.join(10)
    assert not heart.is_alive()


def test_ascii_where_the_encoding_has_no_more(ticks: Ticks) -> None:
    screen = Screen()
    screen.encoding = "ascii"
    console = console_on(screen, ticks)
    with console.step("größe", "naïve"):
        console.beat()
        console.skip("x", "y")
    assert screen.getvalue().isascii()
    assert screen.lines == [
        "> gr??e (na?ve)",
        "  still: gr??e... 0.0 s",
        "  - x: skipped, y",
        "ok gr??e  0.0 s",
    ]


@pytest.mark.parametrize(
    ("environ", "opening", "closing"),
    [
        ({"GITHUB_ACTIONS": "true"}, r"::group::output of: build$", r"::endgroup::$"),
        ({"TF_BUILD": "True"}, r"##\[group\]output of: build$", r"##\[endgroup\]$"),
        (
            {"GITLAB_CI": "true"},
            "\x1b\\[0Ksection_start:\\d+:output_of_build\\[collapsed=true\\]\r\x1b\\[0Koutput of: build$",
            "\x1b\\[0Ksection_end:\\d+:output_of_build\r\x1b\\[0K$",
        ),
    ],
)
def test_a_ci_folds_the_tools_output(
    screen: Screen, ticks: Ticks, environ: dict[str, str], opening: str, closing: str
) -> None:
    console = console_on(screen, ticks, environ)
    with console.step("build"):
        console.detail("one")
        console.detail("two")
    lines = screen.getvalue().split("\n")
    assert lines[0] == "▶ build"
    assert re.fullmatch(opening, lines[1])
    assert lines[2:4] == ["one", "two"]
    assert re.fullmatch(closing, lines[4])
    assert lines[5] == "✓ build  0.0 s"


def test_a_tool_cannot_command_the_ci_agent(screen: Screen, ticks: Ticks) -> None:
    console = console_on(screen, ticks, {"GITHUB_ACTIONS": "true"})
    with console.step("build"):
        console.detail("::stop-commands::x")
        console.detail("::endgroup::")
        console.note("::add-mask::y")
    commands = [line for line in screen.lines if line.lstrip().startswith("::")]
    assert commands == ["::group::output of: build", "::endgroup::"]


HOSTILE = "##vso[task.setvariable variable=x]y"


@pytest.mark.parametrize("environ", [{"TF_BUILD": "True"}, {"CI": "true"}])
@pytest.mark.parametrize("verbose", [True, False])
def test_nothing_that_is_told_commands_an_azure_agent(
    screen: Screen, ticks: Ticks, environ: dict[str, str], verbose: bool
) -> None:
    """It finds its commands anywhere in a line."""
    console = console_on(screen, ticks, environ, verbose=verbose)
    with (
        pytest.raises(RuntimeError),
        console.side_by_side({f"a {HOSTILE}": HOSTILE}),
        console.step(f"a {HOSTILE}", HOSTILE),
    ):
        console.warn(HOSTILE)
        with console.step(HOSTILE):
            console.detail(HOSTILE)
            console.beat()
            console.note(HOSTILE)
            console.skip(HOSTILE, HOSTILE)
            raise RuntimeError
    names = {command.name for command in azure_commands(screen.getvalue())}
    assert names == ({"group", "endgroup", "task.logissue"} if "TF_BUILD" in environ else set())


def test_a_warning_is_an_annotation_as_well(screen: Screen, ticks: Ticks) -> None:
    console = console_on(screen, ticks, {"GITHUB_ACTIONS": "true"})
    with console.step("push"):
        console.warn("the registry is slow")
    assert screen.lines[1:3] == ["  ! the registry is slow", "::warning::the registry is slow"]


def test_threads_nest_where_they_were_started(screen: Screen, ticks: Ticks) -> None:
    console = console_on(screen, ticks, verbose=True)
    both_run = threading.Barrier(2, timeout=10)

    def work(name: str) -> None:
        with console.step(f"test {name}"):
            both_run.wait()
            console.detail(f"{name} speaks")
            both_run.wait()

    with console.step("all.test"):
        threads = [
            threading.Thread(target=contextvars.copy_context().run, args=(work, name))
            for name in ("delivery", "package")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(screen.lines[1:-1]) == sorted(
        f"  {line}"
        for name in ("delivery", "package")
        for line in (f"▶ test {name}", f"  test {name} | {name} speaks", f"✓ test {name}  0.0 s")
    )


def test_a_detail_of_an_unknown_thread_goes_to_the_step_begun_last(screen: Screen, ticks: Ticks) -> None:
    console = console_on(screen, ticks, verbose=True)
    with console.step("outer"), console.step("inner"):
        thread = threading.Thread(target=console.detail, args=("hello",))
        thread.start()
        thread.join()
    assert "    inner | hello" in screen.lines


def test_a_detail_without_a_step_is_dropped(screen: Screen, ticks: Ticks) -> None:
    console_on(screen, ticks, verbose=True).detail("nobody asked")
    assert screen.lines == []


def test_a_terminal_shows_what_runs_and_keeps_what_is_done(ticks: Ticks) -> None:
    screen = Screen(terminal=True)
    console = console_on(screen, ticks, {"TERM": "xterm-256color", "COLUMNS": "80"})
    with console.step("push", "new"):
        ticks.now += 3
        with console.step("upload"):
            console.detail("layer\x1b[2J 1")
        console.note("a note")
    text = screen.getvalue()
    assert "\x1b[2J" not in text
    shown = [printable(line).strip() for line in text.split("\n")]
    assert [line for line in shown if line.startswith(("✓", "a note"))] == [
        "✓ upload  0.0 s",
        "a note",
        "✓ push  3.0 s",
    ]
    assert "\x1b[32m✓" in text


def test_a_terminal_without_colour_gets_none(ticks: Ticks) -> None:
    screen = Screen(terminal=True)
    console = console_on(screen, ticks, {"TERM": "xterm", "NO_COLOR": "1"})
    with pytest.raises(ValueError), console.step("push"):
        console.warn("careful")
        console.detail("last words")
        raise ValueError
    assert not re.search(r"\x1b\[[\d;]*3\dm", screen.getvalue())
    assert "| last words" in screen.getvalue()
    assert "✗ push" in screen.getvalue()
