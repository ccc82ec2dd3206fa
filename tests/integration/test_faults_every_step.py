"""Ctrl-C and SIGKILL in each step from main to production: the next run converges, nothing is done twice."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.integration.accounts import Account
from tests.integration.begun import through_every_step
from tests.integration.conftest import Terminal, Told
from tests.integration.gameday import Gameday
from tests.integration.releasing import (
    SERVICE,
    TO_MAIN,
    approve,
    cut,
    live,
    merge_a_change,
    new_agent,
    nobody_holds_it,
    on_main,
)

pytestmark = pytest.mark.timeout(3000)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "SIGKILL"])
def test_in_each_step(told: Told, gameday: Gameday, tmp_path: Path, number: signal.Signals) -> None:
    agent, how = new_agent(told, tmp_path / "agent"), number.name
    merge_a_change(told, f"fix: what {how} may happen to")
    on_main(agent)
    met = through_every_step(agent, TO_MAIN, number, gameday, f"{how} in ci.run on main")
    assert {step.split()[0] for step in met} >= {"build", "test", "scan", "publish"}, met
    version = cut(told, agent)
    met = through_every_step(agent, ("ci.run",), number, gameday, f"{how} in ci.run of a release")
    assert {step.split()[0] for step in met} >= {"push", "deploy", "verify", "switch"}, met
    approve(told, version)
    promote = (f"{SERVICE}.promote", "--version", version)
    met = through_every_step(agent, promote, number, gameday, f"{how} in promote")
    assert {step.split()[0] for step in met} >= {"copy", "deploy", "verify", "switch"}, met
    check_that_it_was_done_once(agent, version)
    gameday.converged(f"{how}: once more", again := agent.inv(*promote))
    assert "this release runs with this image and these values" in again.said


def check_that_it_was_done_once(agent: Terminal, version: str) -> None:
    """The story is whole, each environment runs one image of it, and nothing is held or half there."""
    story = agent.json("release.show", SERVICE, version)
    assert story["complete"], story
    assert len(story["decisions"]) == 1
    assert {copy["image"] for copy in story["copies"]} == {story["image"]}
    for environment in ("qa", "prod"):
        assert live(agent, environment) == version
        assert nobody_holds_it(environment)
        records = Account.deployer(environment).json("get", "configmaps", "--selector=owner=helm")
        stuck = [
            r["metadata"]["name"] for r in records["items"] if "pending" in r["metadata"]["labels"]["status"]
        ]
        assert stuck == []
