"""A measured release is the whole flow of a commit that was never built, with the time of each command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench.by_hand import Hands
from bench.release_flow import ByHand, OurWay
from build_tasks.adapters.programs.process import CommandLog, Completed, Processes
from build_tasks.errors import FlowError, ToolError
from build_tasks.ports.commands import Typed
from build_tasks.steps.demo.stage import Stage
from tests.fakes.reporter import FakeReporter
from tests.unit.steps.shop import Shop

FILE = "services/delivery/delivery/server.py"


@dataclass
class Typing:
    """A terminal in which every ``inv`` takes three seconds, one of them in a tool."""

    failing: str = ""
    typed: list[str] = field(default_factory=list)

    def inv(self, folder: Path, words: Sequence[str], on_line: Callable[[str], None]) -> Typed:
        self.typed.append(f"{folder.name}: inv {' '.join(words)}")
        log = CommandLog(folder / ".build" / "logs" / f"{len(self.typed):02}.log")
        log.record(Completed(("docker", "push"), 0, "", "", 1.0), None)
        log.waited(2.5)
        return Typed(words[0], 1 if words[0] == self.failing else 0, (), 3.0)

    def git(self, folder: Path, words: Sequence[str]) -> Typed:
        self.typed.append(f"{folder.name}: git {' '.join(words)}")
        return Typed("git", 0, (), 0.1)

    def new_key(self, file: Path, owner: str) -> str:
        raise AssertionError("the stage is set up already")


@pytest.fixture
def typing() -> Typing:
    return Typing()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    (tmp_path / "shop").mkdir()
    return Shop(tmp_path / "shop")


@pytest.fixture
def stage(tmp_path: Path, typing: Typing) -> Stage:
    made = Stage(tmp_path, tmp_path / "stage", "main", typing, FakeReporter())
    (made.developer / FILE).parent.mkdir(parents=True)
    (made.developer / FILE).write_text("served = 1\n")
    return made


def test_ours_is_typed_by_three_people_and_timed_command_by_command(
    shop: Shop, stage: Stage, typing: Typing
) -> None:
    way = OurWay(shop.bench, stage, "delivery", FILE)
    assert way.release() == 15.0, "neither the commit nor checking out is on the clock"
    keys = stage.folder / "keys"
    assert [line for line in typing.typed if ": inv" in line] == [
        "ci-agent: inv ci.run",
        f"developer: inv release.cut delivery --version 0.1.0 --key {keys / 'rhea'} --push",
        "ci-agent: inv ci.run",
        f"developer: inv delivery.approve --version 0.1.0 --key {keys / 'amir'}",
        "ci-agent: inv delivery.promote --version 0.1.0",
    ]
    branches = [line.split()[-1] for line in typing.typed if "checkout" in line]
    assert branches == ["origin/main", "origin/release/delivery/v0.1.0"]
    [steps] = way.rounds
    assert [step.name for step in steps] == [
        "ci.run, main",
        "release.cut",
        "ci.run, release branch",
        "approve",
        "promote",
    ]
    assert [step.tools for step in steps] == pytest.approx([1.0] * 5, abs=0.01)
    assert all(1.0 < step.waiting < 1.6 for step in steps), "what was a pause beside a tool is the tool's"


def test_every_round_has_content_that_was_never_built(shop: Shop, stage: Stage) -> None:
    way = OurWay(shop.bench, stage, "delivery", FILE)
    found = set()
    for _ in range(2):
        way.release()
        found.add((stage.developer / FILE).read_text())
    assert len(found) == 2
    for text in found:
        compile(text, FILE, "exec")


def test_a_command_of_ours_that_fails_ends_the_measurement(shop: Shop, stage: Stage, typing: Typing) -> None:
    typing.failing = "delivery.approve"
    with pytest.raises(FlowError, match=r"delivery\.approve"):
        OurWay(shop.bench, stage, "delivery", FILE).release()


def test_what_the_script_deployed_is_removed_even_if_it_failed(tmp_path: Path, stage: Stage) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("helm", "docker-buildx"):
        (programs / name).write_text('#!/bin/sh\necho "${0##*/} $*" >>"$CALLS"\n[ "${0##*/}" = helm ]\n')
        (programs / name).chmod(0o755)
    calls = tmp_path / "calls"
    env = {"PATH": f"{programs}:/usr/bin:/bin", "CALLS": str(calls), "REGISTRY": "localhost:5001"}
    hands = Hands(Processes(CommandLog(None)), env)
    variables = {"QA": "local-qa/qa", "PROD": "local-prod/backend", "KEYS": "", "SCANNER": "apt"}
    way = ByHand(stage, hands, "delivery", FILE, variables)
    with pytest.raises(ToolError, match=r"release\.sh"):
        way.release()
    built, *removed = calls.read_text().splitlines()
    assert built.startswith("docker-buildx build") and "--target build" in built
    names = "bench-delivery bench-delivery-traffic"
    assert removed == [
        f"helm uninstall {names} --kube-context {context} --namespace {namespace} --ignore-not-found --wait"
        for context, namespace in (("local-qa", "qa"), ("local-prod", "backend"))
    ]
