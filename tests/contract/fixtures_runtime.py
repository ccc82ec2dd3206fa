"""What the contract tests of engine, Helm and Kubernetes share.

They need the real thing and fail without it. ``DOCKER_HOST`` names the engine,
``BUILD_TASKS_REGISTRY`` a registry that engine and clusters know by that name, and
``BUILD_TASKS_BASE_IMAGE`` an image with ``sh`` and ``python3`` that the engine has or can pull.
"""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from build_tasks.adapters.docker import DockerEngine
from build_tasks.adapters.docker_client import DockerClient, Engine
from build_tasks.adapters.helm_program import HelmProgram
from build_tasks.adapters.process import CommandLog, Processes
from build_tasks.model.images import Ref

_MANIFESTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)


def needed(name: str) -> str:
    """The value of an environment variable; the test fails if it is not set."""
    value = os.environ.get(name, "")
    if not value:
        pytest.fail(f"contract tests need {name}; see tests/contract/fixtures_runtime.py")
    return value


def registry_digest(ref: Ref) -> str:
    """What the registry itself says a reference is, asked without any of the project's adapters."""
    request = urllib.request.Request(
        f"http://{ref.registry}/v2/{ref.repository}/manifests/{ref.tag or ref.digest}",
        method="HEAD",
        headers={"Accept": ", ".join(_MANIFESTS)},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(answer.headers["Docker-Content-Digest"])


@pytest.fixture
def logged(tmp_path: Path) -> Processes:
    return Processes(CommandLog(tmp_path / "session.log"))


@pytest.fixture
def docker_client(logged: Processes, tool: Callable[[str], Path]) -> DockerClient:
    return DockerClient(logged, Engine(tool("docker"), tool("docker-buildx"), needed("DOCKER_HOST")))


@pytest.fixture
def docker(docker_client: DockerClient) -> DockerEngine:
    return DockerEngine(docker_client, run_id="contract")


@pytest.fixture
def helm(logged: Processes, tool: Callable[[str], Path], tmp_path: Path) -> HelmProgram:
    return HelmProgram(logged, tool("helm"), tmp_path / "helm-home")
