"""Stand-ins do what the originals do: packages come from the registries, programs are built and run."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from platformdirs import user_cache_path

from build_tasks.adapters.docker.client import DockerClient
from build_tasks.adapters.docker.engine import DockerEngine
from build_tasks.adapters.programs.process import Processes
from build_tasks.model.images import BuildRequest
from build_tasks.wiring.provisioning import Provisioning
from tests.contract.fixtures_runtime import docker as docker
from tests.contract.fixtures_runtime import docker_client as docker_client
from tests.contract.fixtures_runtime import logged as logged
from tests.fakes.reporter import FakeReporter

PYTHON, NODE, GO = "python:3.13-slim-trixie", "node:24-trixie-slim", "golang:1.26-trixie"
_PYTHON = """
FROM python:3.13-slim-trixie AS final
RUN pip install --no-deps iniconfig==2.0.0
CMD ["python", "-c", "import iniconfig, sys; print('python', *sys.version_info[:2])"]
"""
_NODE = """
FROM node:24-trixie-slim AS final
WORKDIR /app
RUN npm install is-number@7.0.0 && npx --version && id --user node | grep -qx 1000
USER node
CMD ["node", "-e", "require('is-number'); console.log('node', process.version, process.env.NODE_VERSION)"]
"""
_GO = """
FROM golang:1.26-trixie AS build
WORKDIR /src
COPY main.go ./
RUN go mod init example.org/app && go mod tidy && go build -o /app .
FROM scratch AS final
COPY --from=build /app /app
USER 10001:10001
CMD ["/app"]
"""
_MAIN = """package main

import (
	"fmt"
	"runtime"

	"github.com/google/uuid"
)

func main() { fmt.Println("go", runtime.Version(), uuid.Nil) }
"""

Run = Callable[[str, str], str]


@pytest.fixture
def run(
    docker_client: DockerClient, docker: DockerEngine, logged: Processes, tmp_path: Path
) -> Iterator[Run]:
    """Build a Dockerfile on the stand-in for a reference, run it, and give what it prints."""
    provisioning = Provisioning(
        user_cache_path("build-tasks"), logged, FakeReporter(), network_policies=False
    )
    stand_ins = provisioning.base_images(docker_client)
    tag = f"build-tasks-contract/{uuid4().hex[:8]}:1"

    def go(reference: str, dockerfile: str) -> str:
        (tmp_path / "context").mkdir()
        (tmp_path / "context" / "Dockerfile").write_text(dockerfile)
        (tmp_path / "context" / "main.go").write_text(_MAIN)
        image = stand_ins([reference])[reference]
        context = str(tmp_path / "context")
        contexts = {reference: f"docker-image://{image}"}
        docker.build(BuildRequest(context, f"{context}/Dockerfile", "final", tag, contexts=contexts))
        done = docker.run(tag, results_from="/none", results_to=tmp_path / "results", env={})
        assert done.status == 0, done.output
        assert _settings(docker_client, tag) == []
        return done.output.strip()

    yield go
    docker_client.call("image", "rm", tag, what="clean up")
    shutil.rmtree(tmp_path / "context")


def _settings(client: DockerClient, image: str) -> Sequence[str]:
    """Addresses in what the image says of itself: there must be none of a registry."""
    done = client.call("image", "inspect", "--format={{json .Config}}", image, what="look")
    return [word for word in client.checked(done, "look").stdout.split('"') if "://" in word]


def test_python(run: Run) -> None:
    assert run(PYTHON, _PYTHON) == "python 3 13"


def test_node(run: Run) -> None:
    assert run(NODE, _NODE) == "node v24.19.0 24.19.0"


def test_go_for_an_image_from_scratch(run: Run) -> None:
    assert run(GO, _GO) == "go go1.26.8 00000000-0000-0000-0000-000000000000"
