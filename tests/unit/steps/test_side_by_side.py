"""Several services at once: each to its end, in order, and an interruption leaves nothing running."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.steps.side_by_side import Crew, side_by_side
from tests.fakes.clock import FakeClock

NAMES = ["delivery", "package", "workflow"]
PATIENCE = 30.0


def crew(jobs: int = 3, end_programs: Callable[[], None] = lambda: None) -> Crew:
    return Crew(jobs, FakeClock(), end_programs)


def test_results_come_in_the_order_of_the_services_whoever_is_first() -> None:
    last_is_done = threading.Event()

    def work(name: str) -> str:
        if name == "workflow":
            last_is_done.set()
        assert last_is_done.wait(PATIENCE)
        return name.upper()

    ended = side_by_side(crew(), "all.test", NAMES, work)
    assert [(one.service, one.answer) for one in ended] == [(name, name.upper()) for name in NAMES]


def test_they_run_at_the_same_time() -> None:
    all_are_there = threading.Barrier(len(NAMES), timeout=PATIENCE)
    assert all(one.error is None for one in side_by_side(crew(), "x", NAMES, lambda _: all_are_there.wait()))


@pytest.mark.parametrize("jobs", [1, 2])
def test_no_more_at_once_than_there_are_jobs(jobs: int) -> None:
    running, most, counting = 0, 0, threading.Lock()

    def work(name: str) -> None:
        nonlocal running, most
        with counting:
            running += 1
            most = max(most, running)
        with counting:
            running -= 1

    side_by_side(crew(jobs), "all.test", [f"service-{n}" for n in range(40)], work)
    assert most <= jobs


def test_a_failure_hides_nobody_elses_result() -> None:
    refused = FlowError("test package", "2 failed", code=ExitCode.TESTS_FAILED)
    bug = KeyError("x")

    def work(name: str) -> str:
        if name == "package":
            raise refused
        if name == "workflow":
            raise bug
        return "fine"

    ended = {one.service: one for one in side_by_side(crew(), "all.test", NAMES, work)}
    assert ended["delivery"].answer == "fine"
    assert ended["package"].error is refused
    assert ended["workflow"].error is bug


def test_work_goes_on_in_the_callers_context() -> None:
    step: ContextVar[str] = ContextVar("step", default="none")
    step.set("all.test")

    def work(name: str) -> str:
        before = step.get()
        step.set(name)
        return before

    ended = side_by_side(crew(), "all.test", NAMES, work)
    assert [one.answer for one in ended] == ["all.test"] * 3
    assert step.get() == "all.test"


def test_no_services_are_no_work() -> None:
    assert side_by_side(crew(), "all.test", [], lambda name: name) == []


@dataclass
class Programs:
    """Programs that run until they are ended, and the user who ends them."""

    wanted: int
    impatient: bool = False
    kind: signal.Signals = signal.SIGINT
    ended: threading.Event = field(default_factory=threading.Event)
    running: list[str] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)

    def run(self, name: str) -> None:
        self.running.append(name)
        if len(self.running) == self.wanted:
            self.interrupt()
        try:
            assert self.ended.wait(PATIENCE)
            raise FlowError(f"run {name}", "it was ended by a signal", code=ExitCode.TOOL_FAILED)
        finally:
            self.cleared.append(name)

    def end_all(self) -> None:
        if self.impatient:
            self.interrupt()
        self.ended.set()

    def interrupt(self) -> None:
        os.kill(os.getpid(), self.kind)


@pytest.mark.parametrize("impatient", [False, True])
def test_an_interrupt_ends_the_programs_and_waits_until_all_is_cleared(impatient: bool) -> None:
    programs = Programs(wanted=2, impatient=impatient)
    with pytest.raises(KeyboardInterrupt) as interrupted:
        side_by_side(crew(2, programs.end_all), "all.test", NAMES, programs.run)
    assert sorted(programs.cleared) == sorted(programs.running) == ["delivery", "package"]
    assert str(interrupted.value) == "all.test of delivery, package (not begun: workflow)"


def test_an_interrupt_is_one_for_what_the_work_does_side_by_side_itself() -> None:
    """Otherwise it would take what ended programs said for the answer, and go on with that."""
    programs, after = Programs(wanted=2), list[str]()

    def forgiving(name: str) -> None:
        with suppress(FlowError):
            programs.run(name)

    def work(name: str) -> None:
        side_by_side(crew(2, programs.end_all), "look", [f"{name} a", f"{name} b"], forgiving)
        after.append(name)

    with pytest.raises(KeyboardInterrupt) as interrupted:
        side_by_side(crew(1, programs.end_all), "up", ["clusters", "images"], work)
    assert after == []
    assert sorted(programs.cleared) == ["clusters a", "clusters b"]
    assert str(interrupted.value) == "up of clusters (not begun: images)"


def test_who_had_ended_before_the_interrupt_was_not_interrupted() -> None:
    programs = Programs(wanted=1)

    def work(name: str) -> None:
        if name == "package":
            programs.run(name)

    with pytest.raises(KeyboardInterrupt) as interrupted:
        side_by_side(crew(1, programs.end_all), "all.test", ["delivery", "package"], work)
    assert str(interrupted.value) == "all.test of package"


def test_what_a_program_says_when_it_is_ended_is_no_failure() -> None:
    programs, told = Programs(wanted=1), []

    @contextmanager
    def shown(name: str) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            told.append(type(error))
            raise

    with pytest.raises(KeyboardInterrupt):
        side_by_side(crew(1, programs.end_all), "all.test", ["delivery"], programs.run, shown)
    assert told == [KeyboardInterrupt]


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGHUP])
def test_a_ci_that_cancels_the_job_interrupts_it_too(kind: signal.Signals) -> None:
    before, programs = signal.getsignal(kind), Programs(wanted=1, kind=kind)
    with pytest.raises(KeyboardInterrupt):
        side_by_side(crew(1, programs.end_all), "all.test", ["delivery"], programs.run)
    assert signal.getsignal(kind) == before


def test_in_another_thread_signals_are_left_alone() -> None:
    answers: list[str | None] = []

    def inside() -> None:
        answers.extend(one.answer for one in side_by_side(crew(), "x", NAMES, lambda name: name))

    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    assert answers == NAMES


def test_what_is_no_exception_ends_the_whole() -> None:
    def work(name: str) -> None:
        if name == "package":
            raise GeneratorExit

    with pytest.raises(GeneratorExit):
        side_by_side(crew(), "all.test", NAMES, work)
