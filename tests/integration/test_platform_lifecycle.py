"""The platform through what happens to it: brought up again, crashed, killed while it was made, removed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode
from build_tasks.model.instance import LABEL, VARIABLE, Instance
from tests.integration import outages
from tests.integration.conftest import Terminal
from tests.integration.gameday import Gameday

#: The instance that is killed and removed here.
OWN = "engtest"
CLUSTERS = ("devtest", "prod")
Docker = Callable[..., list[str]]


@pytest.fixture
def instance(platform: None) -> Instance:
    return Instance.of(os.environ)


@pytest.fixture
def own() -> Instance:
    return Instance.of({**os.environ, VARIABLE: OWN})


@pytest.fixture
def docker(platform: None) -> Docker:
    """Docker's client; gives the lines it prints."""
    return lambda *words: outages.docker(*words).splitlines()


@pytest.fixture
def clean(fresh_clone: Terminal) -> Iterator[None]:
    """Nothing is left of our own instance, before or after."""
    fresh_clone.inv("platform.down", **{VARIABLE: OWN})
    yield
    fresh_clone.inv("platform.down", **{VARIABLE: OWN})


def containers_of(instance: Instance) -> list[str]:
    return [instance.registry_container, *(instance.node_container(cluster) for cluster in CLUSTERS)]


def lives(docker: Docker, instance: Instance) -> list[str]:
    """Which containers there are, and since when they run."""
    return docker("inspect", "--format={{.Id}} {{.State.StartedAt}}", *containers_of(instance))


def test_the_second_time_nothing_changes(fresh_clone: Terminal, docker: Docker, instance: Instance) -> None:
    fresh_clone.must("platform.up")
    before, files = lives(docker, instance), times_of_kubeconfigs(instance)
    again = fresh_clone.must("platform.up")
    assert [line for line in again.err.splitlines() if ": skipped, " not in line] == []
    assert lives(docker, instance) == before
    assert times_of_kubeconfigs(instance) == files


def times_of_kubeconfigs(instance: Instance) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in instance.folder.glob("*.kubeconfig")}


def test_doctor_finds_nothing_that_fails(fresh_clone: Terminal, instance: Instance) -> None:
    found = {check["name"]: check for check in fresh_clone.json("platform.doctor")}
    assert [name for name, check in found.items() if check["verdict"] == "failed"] == []
    assert found["devtest: connection into prod"]["found"] == "impossible (tried)"
    assert found["prod: images in backend"]["verdict"] == "ok"


def test_status_is_complete(fresh_clone: Terminal, instance: Instance) -> None:
    found = fresh_clone.json("platform.status")
    assert {part["state"] for part in found["parts"]} == {"ok"}
    assert {part["kind"] for part in found["parts"]} >= {
        "engine",
        "registry",
        "cluster",
        "account",
        "data store",
    }


@pytest.mark.timeout(600)
def test_after_a_crash_everything_comes_back_with_its_data(
    fresh_clone: Terminal, docker: Docker, instance: Instance
) -> None:
    def inside(pod: str, *words: str) -> str:
        kubectl = Path(os.environ["BUILD_TASKS_TOOLS"], "kubectl")
        access = (f"--kubeconfig={instance.admin_kubeconfig('prod')}", "exec", "--namespace=data", pod, "--")
        done = subprocess.run([kubectl, *access, *words], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def sql(statement: str) -> str:
        words = ("psql", "--host=/run/postgresql", "-Atqc", statement, "application")
        return inside("postgresql-prod-0", *words)

    inside("redis-prod-0", "redis-cli", "set", "crash", "survived")
    sql("CREATE TABLE IF NOT EXISTS crash (what text)")
    sql("INSERT INTO crash VALUES ('survived')")
    docker("kill", *containers_of(instance))
    (instance.folder / "qa.kubeconfig").unlink()
    fresh_clone.must("platform.up")
    assert {part["state"] for part in fresh_clone.json("platform.status")["parts"]} == {"ok"}
    assert inside("redis-prod-0", "redis-cli", "get", "crash") == "survived"
    assert sql("SELECT DISTINCT what FROM crash") == "survived"
    sql("DROP TABLE crash")


@pytest.mark.timeout(1800)
def test_killed_while_it_was_made_then_finished_then_robbed_then_removed(
    fresh_clone: Terminal, docker: Docker, own: Instance, clean: None, gameday: Gameday
) -> None:
    strangers = docker("ps", "--all", "--quiet", "--no-trunc")
    kill_when(fresh_clone, lambda: own.node_container("prod") in docker("ps", "--format={{.Names}}"))
    must(fresh_clone, "platform.up")
    must(fresh_clone, "platform.status")
    case = "a cluster deleted by hand"
    docker("rm", "--force", "--volumes", own.node_container("devtest"))
    lost = fresh_clone.inv("delivery.status", "--env", "qa", **{VARIABLE: OWN})
    gameday.refused(case, lost, ExitCode.UNAVAILABLE, says="platform.up")
    gameday.converged(case, fresh_clone.inv("platform.up", **{VARIABLE: OWN}))
    gameday.converged(case, fresh_clone.inv("delivery.status", "--env", "qa", **{VARIABLE: OWN}))
    must(fresh_clone, "platform.down")
    assert docker("ps", "--all", "--quiet", "--no-trunc") == strangers
    for kind in ("network", "volume"):
        assert docker(kind, "ls", "--quiet", f"--filter=label={LABEL}={OWN}") == []
    assert not own.folder.exists()


def must(clone: Terminal, task: str) -> None:
    """A task on our own instance, which must succeed."""
    typed = clone.inv(task, **{VARIABLE: OWN})
    assert typed.status == 0, typed.said


def kill_when(clone: Terminal, reached: Callable[[], bool]) -> None:
    """Begin `platform.up`, and kill it with all that it waits for as soon as that point is reached."""
    words = [sys.executable, "-P", "-m", "build_tasks", "--search-root", str(clone.folder), "platform.up"]
    run = subprocess.Popen(
        words,
        cwd=clone.folder,
        env={**os.environ, VARIABLE: OWN},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 300
    while not reached():
        assert run.poll() is None, "platform.up ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.2)
    run.send_signal(signal.SIGKILL)
    run.wait(30)
