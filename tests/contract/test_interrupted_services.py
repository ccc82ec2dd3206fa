"""An interrupt while several services' containers run leaves none of them in the engine."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from build_tasks.adapters.docker.client import DockerClient
from build_tasks.adapters.docker.engine import RUN_LABEL, DockerEngine
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.errors import FlowError
from build_tasks.model.images import BuildRequest
from build_tasks.steps.side_by_side import Crew, side_by_side
from build_tasks.wiring.flow import SystemClock
from tests.contract.fixtures_runtime import base_image as base_image
from tests.contract.fixtures_runtime import docker_client as docker_client
from tests.contract.fixtures_runtime import logged as logged
from tests.contract.fixtures_runtime import platform_registry as platform_registry

SERVICES = ["delivery", "package"]


@pytest.fixture
def engine(docker_client: DockerClient) -> DockerEngine:
    """An engine whose containers bear a label of this test's own; its programs may all be ended."""
    own = DockerClient(Processes(CommandLog(None)), docker_client.engine)
    return DockerEngine(own, run_id=uuid4().hex)


@pytest.fixture
def request_of(docker_client: DockerClient, base_image: str, tmp_path: Path) -> Iterator[BuildRequest]:
    """A build of an image that runs a script; the script is the test's to write."""
    (tmp_path / "Dockerfile").write_text(
        'FROM contract-base AS testrunner\nCOPY run.sh /run.sh\nUSER 65532\nENTRYPOINT ["sh", "/run.sh"]\n'
    )
    tag = f"contract-{uuid4().hex[:12]}:now"
    contexts = {"contract-base": f"docker-image://{base_image}"}
    yield BuildRequest(str(tmp_path), str(tmp_path / "Dockerfile"), "testrunner", tag, {}, {}, contexts)
    docker_client.call("image", "rm", "--force", tag, what="clean up")


def containers(looking: DockerClient, engine: DockerEngine) -> list[str]:
    """Those the engine under test started; asked by another client, as its own starts nothing any more."""
    wanted = f"label={RUN_LABEL}={engine.run_id}"
    done = looking.call("ps", "--all", "--quiet", "--filter", wanted, what="look")
    return looking.checked(done, "look").stdout.split()


def crew(engine: DockerEngine) -> Crew:
    return Crew(len(SERVICES), SystemClock(), engine.client.processes.end_running)


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_running_containers_are_removed(
    docker_client: DockerClient,
    engine: DockerEngine,
    request_of: BuildRequest,
    tmp_path: Path,
    kind: signal.Signals,
) -> None:
    (tmp_path / "run.sh").write_text("echo started; exec sleep 300\n")
    engine.build(request_of)
    begun: list[str] = []

    def hear(line: str) -> None:
        begun.append(line)
        if begun.count("started") == len(SERVICES):
            os.kill(os.getpid(), kind)

    listening = replace(engine, on_line=hear)

    def run(service: str) -> None:
        listening.run(request_of.tag, results_from="/r", results_to=tmp_path / service, env={})

    with pytest.raises(KeyboardInterrupt, match=r"all.test of delivery, package"):
        side_by_side(crew(engine), "all.test", SERVICES, run)
    assert begun == ["started"] * len(SERVICES)
    assert containers(docker_client, engine) == []


def test_a_container_that_was_only_just_created_is_removed_too(
    docker_client: DockerClient, engine: DockerEngine, request_of: BuildRequest, tmp_path: Path
) -> None:
    """Programs are being ended, so that it is created and then not started."""
    (tmp_path / "run.sh").write_text("exit 0\n")
    engine.build(request_of)
    engine.client.processes.end_running()
    with pytest.raises(FlowError, match="interrupted"):
        engine.run(request_of.tag, results_from="/r", results_to=tmp_path / "r", env={})
    assert containers(docker_client, engine) == []


def test_a_build_is_given_up(engine: DockerEngine, request_of: BuildRequest, tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_text("exit 0\n")
    slow = 'FROM contract-base AS testrunner\nRUN ["sh", "-c", "echo begun; sleep 300"]\n'
    (tmp_path / "Dockerfile").write_text(slow)
    interrupted: list[str] = []

    def hear(line: str) -> None:
        if line.endswith(" begun") and not interrupted:
            interrupted.append(line)
            os.kill(os.getpid(), signal.SIGINT)

    listening = replace(engine, on_line=hear)
    with pytest.raises(KeyboardInterrupt, match=r"all.build of delivery"):
        side_by_side(crew(engine), "all.build", ["delivery"], lambda _: listening.build(request_of))
    assert interrupted
