"""What the contract tests of engine, Helm and Kubernetes share.

They need the platform that `./inv repo.check` makes, and fail without it.
"""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from build_tasks.adapters.docker.client import DockerClient, Engine
from build_tasks.adapters.docker.engine import DockerEngine
from build_tasks.adapters.helm.program import HelmProgram
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.model.images import Ref
from build_tasks.model.instance import VARIABLE, Instance

_MANIFESTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)


def needed(name: str) -> str:
    """The value of an environment variable; the test fails if it is not set."""
    value = os.environ.get(name, "")
    if not value:
        pytest.fail(f"{name} is not set: `./inv repo.test --only FILE` sets it", pytrace=False)
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


@pytest.fixture(scope="session")
def platform_registry() -> str:
    """Host and port of the platform's registry; engine and clusters know it by that name."""
    needed(VARIABLE)
    return Instance.of(os.environ).registry_host


@pytest.fixture(scope="session")
def base_image(platform_registry: str) -> str:
    """An image with sh and perl: the data store's, as the platform pushes that one in every case."""
    with urllib.request.urlopen(f"http://{platform_registry}/v2/infra/redis/tags/list", timeout=10) as answer:
        tags: list[str] = json.load(answer)["tags"]
    return str(Ref(platform_registry, "infra/redis", max(tags)))


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
