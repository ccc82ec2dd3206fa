"""What a command needs goes away in the midst of it: one clear error, and the next run converges."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode
from tests.integration.begun import Begun
from tests.integration.conftest import Terminal, Told, Typed
from tests.integration.gameday import Gameday
from tests.integration.outages import EngineLine, without_api_server, without_registry
from tests.integration.releasing import (
    SERVICE,
    TO_MAIN,
    Approved,
    cut,
    live,
    merge_a_change,
    new_agent,
    on_main,
)

pytestmark = pytest.mark.timeout(1500)
#: A folder .build without a byte to spare, for one command.
_FULL = """
mkdir -p .build && mount -t tmpfs -o size=256k tmpfs .build || exit 99
dd if=/dev/zero of=.build/full bs=1k count=1000 2>/dev/null
exec "$@"
"""


@pytest.fixture
def line() -> Iterator[EngineLine]:
    line = EngineLine()
    yield line
    line.close()


def test_the_engine_stops_during_a_build(
    told: Told, gameday: Gameday, tmp_path: Path, line: EngineLine
) -> None:
    case = "engine stopped halfway through a build"
    agent = new_agent(told, tmp_path / "agent")
    file = agent.folder / f"services/{SERVICE}/cmd/{SERVICE}/main.go"
    file.write_text(f"{file.read_text()}\n// {tmp_path}\n")
    with Begun(agent, f"{SERVICE}.build", **line.state()) as build:
        assert build.step(lambda title: title.startswith("build"))
        typed = build.amid(line.cut_off())
    gameday.refused(case, typed, ExitCode.UNAVAILABLE, ExitCode.BUILD_FAILED)
    gameday.converged(case, agent.inv(f"{SERVICE}.build"))


def test_the_registry_stops_during_a_push(told: Told, gameday: Gameday, tmp_path: Path) -> None:
    case = "registry stopped halfway through a push"
    agent = new_agent(told, tmp_path / "agent")
    merge_a_change(told)
    on_main(agent)
    agent.must(*TO_MAIN)
    version = cut(told, agent)
    with Begun(agent, "ci.run", "--no-deliver") as run:
        assert run.step(lambda title: title.startswith("push"))
        typed = run.amid(without_registry())
    gameday.refused(case, typed, ExitCode.UNAVAILABLE)
    gameday.converged(case, agent.inv("ci.run"))
    assert live(agent, "qa") == version
    story = agent.json("release.show", SERVICE, version)
    assert story["complete"], story


def test_the_registry_stops_during_a_promotion(approved: Approved, gameday: Gameday) -> None:
    case = "registry stopped halfway through a promotion"
    with Begun(approved.agent, *approved.promote()) as run:
        assert run.step(lambda title: title.startswith("copy to"))
        typed = run.amid(without_registry())
    gameday.refused(case, typed, ExitCode.UNAVAILABLE)
    gameday.converged(case, approved.agent.inv(*approved.promote()))
    story = approved.agent.json("release.show", SERVICE, approved.version)
    assert {copy["image"] for copy in story["copies"]} == {story["image"]}
    assert live(approved.agent, "prod") == approved.version


def test_the_api_server_stops_during_a_deployment(approved: Approved, gameday: Gameday) -> None:
    """In an environment that has not got the version yet; what was held there is left behind, too."""
    case = "API server stopped during a deployment"
    of_version = ("--env", "staging", "--version", approved.version)
    with Begun(approved.agent, f"{SERVICE}.deploy", *of_version) as run:
        assert run.step(lambda title: title.startswith(("deploy", "wait for")))
        typed = run.amid(without_api_server("devtest"))
    gameday.refused(case, typed, ExitCode.UNAVAILABLE)
    for verb in ("deploy", "switch"):
        gameday.converged(case, approved.agent.inv(f"{SERVICE}.{verb}", *of_version))
    assert live(approved.agent, "staging") == approved.version


def test_the_disk_is_full(told: Told, gameday: Gameday, tmp_path: Path) -> None:
    case = "disk full"
    agent = new_agent(told, tmp_path / "agent")
    for task in (f"{SERVICE}.package", f"{SERVICE}.test", "ci.run"):
        typed = on_a_full_disk(agent, task)
        codes = (ExitCode.UNAVAILABLE, ExitCode.TOOL_FAILED, ExitCode.CHART_REFUSED, ExitCode.RUNNER_CRASHED)
        if task == f"{SERVICE}.package":  # what the others write may have been written by a builder before
            gameday.refused(case, typed, *codes, says="no space left on device")
            assert "platform.prune" in typed.said
        else:
            gameday.survived(case, typed, *codes)
    gameday.converged(case, agent.inv(f"{SERVICE}.package"))


def on_a_full_disk(agent: Terminal, task: str) -> Typed:
    """A task in a mount namespace of its own, see unshare(1)."""
    alone = ["unshare", "--mount"] + (["--user", "--map-root-user"] if os.geteuid() else [])
    command = [sys.executable, "-P", "-m", "build_tasks", "--search-root", str(agent.folder), task]
    done = subprocess.run(
        [*alone, "sh", "-c", _FULL, "sh", *command],
        cwd=agent.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 99, done.stderr
    return Typed(done.returncode, done.stdout, done.stderr)
