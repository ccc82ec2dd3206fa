"""`platform.tools`: programs for an agent that has no platform of its own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from build_tasks.adapters.provisioning.recipe_files import RecipeFiles
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.local_platform import EngineChoice
from build_tasks.model.platform import Toolbox
from build_tasks.recipes import FOLDER
from build_tasks.steps.platform.agent import PROGRAMS, Agent, bring_tools
from tests.fakes.reporter import FakeReporter

HERE = EngineChoice("unix:///var/run/docker.sock", "29.0.0", False, "version 29.0.0 answers there")
OURS = EngineChoice("unix:///run/build-tasks/docker.sock", "", True, "no engine answers")


class Machine:
    """What was brought, and what the tasks find from now on."""

    def __init__(self) -> None:
        self.brought: list[str] = []
        self.recorded: list[Toolbox] = []
        self.asked = 0

    def provide(self, programs: Iterable[str]) -> Toolbox:
        self.brought += programs
        return Toolbox(Path("/links"), {})

    def agent(self, engine: EngineChoice, *, has_platform: bool) -> Agent:
        return Agent(engine, has_platform, self.provide, self.recorded.append, self.take_updates)

    def take_updates(self) -> None:
        self.asked += 1


def test_it_gets_what_the_flow_calls_and_no_more() -> None:
    machine = Machine()
    bring_tools(machine.agent(HERE, has_platform=False), FakeReporter())
    assert machine.brought == list(PROGRAMS)
    assert [box.folder for box in machine.recorded] == [Path("/links")]


def test_there_is_a_recipe_for_each() -> None:
    known = {program for recipe in RecipeFiles(FOLDER).tools().values() for program in recipe.programs}
    assert set(PROGRAMS) <= known


@pytest.mark.parametrize("has_platform", [True, False])
def test_it_takes_security_updates_with_the_programs_it_was_brought(has_platform: bool) -> None:
    """Its `ci.prepare` may be all that ever runs there."""
    machine = Machine()
    bring_tools(machine.agent(HERE, has_platform=has_platform), FakeReporter())
    assert machine.asked == 1


def test_an_engine_that_does_not_run_is_not_asked_for_its_images() -> None:
    machine = Machine()
    bring_tools(machine.agent(OURS, has_platform=True), FakeReporter())
    assert machine.asked == 0


RUNNING = EngineChoice(OURS.host, "28.5.2", True, "the managed engine runs")


@pytest.mark.parametrize("engine", [HERE, RUNNING])
def test_whatever_engine_runs_will_do(engine: EngineChoice) -> None:
    machine = Machine()
    bring_tools(machine.agent(engine, has_platform=False), FakeReporter())
    assert len(machine.recorded) == 1


@pytest.mark.parametrize("engine", [HERE, OURS])
def test_where_there_is_a_platform_nothing_changes(engine: EngineChoice) -> None:
    """Its links lead to more programs than these."""
    machine, reporter = Machine(), FakeReporter()
    bring_tools(machine.agent(engine, has_platform=True), reporter)
    assert (machine.brought, machine.recorded) == ([], [])
    assert reporter.skipped == {"tools": "platform.up brought them"}


def test_without_an_engine_it_says_so_before_anything_is_brought() -> None:
    machine = Machine()
    with pytest.raises(FlowError) as refused:
        bring_tools(machine.agent(OURS, has_platform=False), FakeReporter())
    assert refused.value.code is ExitCode.UNAVAILABLE
    assert "./inv platform.up" in refused.value.fix
    assert (machine.brought, machine.recorded) == ([], [])
