"""What one machine built, another takes from the registry."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from build_tasks.adapters.docker.client import DockerClient
from build_tasks.adapters.docker.dockerd import EngineFolders, ManagedEngine
from build_tasks.adapters.programs.process import Processes
from tests.contract.fixtures_engine import ALONE, can_run, logs
from tests.contract.fixtures_engine import engine_folder as engine_folder
from tests.contract.fixtures_runtime import base_image as base_image
from tests.contract.fixtures_runtime import docker_client as docker_client
from tests.contract.fixtures_runtime import logged as logged
from tests.contract.fixtures_runtime import platform_registry as platform_registry

_TOP = Path(__file__).parents[2]


def test_a_build_takes_what_another_machine_made(
    processes: Processes,
    docker_client: DockerClient,
    base_image: str,
    tool: Callable[[str], Path],
    engine_folder: Path,
) -> None:
    engine = ManagedEngine(processes, EngineFolders(engine_folder, engine_folder / "data", engine_folder))
    if not can_run(engine):
        return
    saved = engine_folder / "base.tar"
    for words in (("pull", base_image), ("save", "--output", str(saved), base_image)):
        docker_client.checked(docker_client.call(*words, what="save the base image"), "save the base image")
    [tools] = {tool(name).parent for name in ("ip", "registry", "dockerd", "docker", "docker-buildx")}
    program = [*ALONE, sys.executable, "-m", "tests.contract.two_machines"]
    done = processes.run(
        [*program, engine_folder, tools, base_image, saved], cwd=_TOP, timeout=240, check=False
    )
    assert done.status == 0, done.stdout + done.stderr + logs(engine_folder)
    first, second = json.loads(done.stdout.splitlines()[-1])
    assert first == second != ""
