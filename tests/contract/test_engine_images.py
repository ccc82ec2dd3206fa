"""A real engine answers as the fake does, and what it builds is what containerd can import."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from build_tasks.adapters.docker.client import DockerClient
from build_tasks.adapters.docker.images import EngineImages
from build_tasks.errors import ExitCode, FlowError
from build_tasks.ports.provisioning import ImageStore
from tests.contract.fixtures_runtime import docker_client as docker_client
from tests.contract.fixtures_runtime import logged as logged
from tests.fakes.provisioning import FakeImageStore


@pytest.fixture
def name(docker_client: DockerClient) -> Iterator[str]:
    """Start of every image's name in a test; what it made goes away."""
    prefix = f"build-tasks-contract/{uuid4().hex[:8]}"
    yield prefix
    listed = docker_client.call(
        "image", "ls", "--format", "{{.Repository}}:{{.Tag}}", f"{prefix}/*", what="list"
    )
    for image in listed.stdout.split():
        docker_client.call("image", "rm", image, what="clean up")


@pytest.fixture(params=["engine", "fake"])
def images(request: pytest.FixtureRequest, docker_client: DockerClient) -> ImageStore:
    return EngineImages(docker_client) if request.param == "engine" else FakeImageStore()


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """A root filesystem of one file."""
    (tmp_path / "file").write_text("from the archive")
    with tarfile.open(tmp_path / "system.tar", "w") as archive:
        archive.add(tmp_path / "file", "file")
    return tmp_path / "system.tar"


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM base AS one\nFROM base AS two\nCOPY --from=more . /more/\n")
    return folder


def _build(
    images: ImageStore, folder: Path, image: str, base: str, more: Path, archive: Path | None = None
) -> None:
    images.build(
        folder,
        contexts={"base": f"docker-image://{base}", "more": str(more)},
        args={},
        image=image,
        on_line=lambda _: None,
        target="two",
        archive=archive,
    )


def test_an_image_on_an_imported_system(
    images: ImageStore, name: str, system: Path, context: Path, tmp_path: Path
) -> None:
    assert not images.has(f"{name}/base:1")
    images.import_archive(system, f"{name}/base:1")
    assert images.has(f"{name}/base:1")
    _build(images, context, f"{name}/two:1", f"{name}/base:1", tmp_path)
    assert images.has(f"{name}/two:1")


def test_an_archive_stays_out_of_the_engine(
    images: ImageStore, name: str, system: Path, context: Path, tmp_path: Path
) -> None:
    images.import_archive(system, f"{name}/base:1")
    _build(images, context, f"{name}/two:1", f"{name}/base:1", tmp_path, tmp_path / "two.tar")
    assert (tmp_path / "two.tar").stat().st_size > 0
    assert not images.has(f"{name}/two:1")


def test_the_archive_names_the_image(
    docker_client: DockerClient, name: str, system: Path, context: Path
) -> None:
    engine, file = EngineImages(docker_client), context.parent / "two.tar"
    engine.import_archive(system, f"{name}/base:1")
    _build(engine, context, "registry.invalid/two:1", f"{name}/base:1", context, file)
    with tarfile.open(file) as archive:
        manifest = archive.extractfile("manifest.json")
        assert manifest is not None
        assert json.load(manifest)[0]["RepoTags"] == ["registry.invalid/two:1"]


def test_an_engine_that_writes_no_archives_saves_them(
    docker_client: DockerClient, name: str, system: Path, context: Path, tmp_path: Path
) -> None:
    """buildx refuses as it does for an engine with the older image store; all the rest is real."""
    refusal = "ERROR: failed to build: Docker exporter is not supported for the docker driver."
    buildx = tmp_path / "buildx"
    script = f'case "$*" in *type=docker,dest*) echo "{refusal}" >&2; exit 1;; esac'
    buildx.write_text(f'#!/bin/sh\n{script}\nexec {docker_client.engine.buildx} "$@"\n')
    buildx.chmod(0o755)
    engine = EngineImages(replace(docker_client, engine=replace(docker_client.engine, buildx=buildx)))
    engine.import_archive(system, f"{name}/base:1")
    _build(engine, context, f"{name}/two:1", f"{name}/base:1", context, tmp_path / "two.tar")
    with tarfile.open(tmp_path / "two.tar") as archive:
        manifest = archive.extractfile("manifest.json")
        assert manifest is not None
        assert json.load(manifest)[0]["RepoTags"] == [f"{name}/two:1"]
    assert not engine.has(f"{name}/two:1"), "it was only there to be saved"


def test_a_base_that_is_not_there_fails_the_build(
    images: ImageStore, name: str, context: Path, tmp_path: Path
) -> None:
    with pytest.raises(FlowError) as caught:
        _build(images, context, f"{name}/two:1", f"localhost:1/{name}/none:1", tmp_path)
    assert caught.value.code is ExitCode.BUILD_FAILED
    assert not images.has(f"{name}/two:1")
