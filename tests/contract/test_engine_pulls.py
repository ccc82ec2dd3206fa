"""A real engine pulls by digest from a stand-in of Docker's registry: right, missing, tampered, gone."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from build_tasks.adapters.docker import DockerEngine
from build_tasks.adapters.docker_client import DockerClient
from build_tasks.adapters.engine_images import EngineImages
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Digest, Ref
from tests.contract.fixtures_registry import configure, serving
from tests.contract.fixtures_runtime import docker as docker
from tests.contract.fixtures_runtime import docker_client as docker_client
from tests.contract.fixtures_runtime import logged as logged


@dataclass(frozen=True)
class Offer:
    """An image in a registry that the engine does not have, and the registry's folder.

    :param name: what it is to be called once it is pulled.
    """

    ref: Ref
    folder: Path
    name: str

    def blobs(self) -> list[Path]:
        """Everything that the registry stores by digest."""
        return sorted((self.folder / "data").rglob("blobs/sha256/*/*/data"), key=lambda p: p.stat().st_size)


@pytest.fixture
def offer(
    docker_client: DockerClient, docker: DockerEngine, tool: Callable[[str], Path], tmp_path: Path
) -> Iterator[Offer]:
    host, prefix = configure(tmp_path), f"build-tasks-contract/{uuid4().hex[:8]}"
    (tmp_path / "file").write_text(prefix * 1000)
    with tarfile.open(tmp_path / "system.tar", "w") as archive:
        archive.add(tmp_path / "file", "file")
    with serving(tool("registry"), tmp_path, host):
        images, local = EngineImages(docker_client), f"{prefix}:local"
        images.import_archive(tmp_path / "system.tar", local)
        ref = Ref(host, "library/tool", "1")
        digest = docker.push(local, ref)
        _remove(docker_client, local, str(ref))
        made = Offer(ref.at(digest), tmp_path, f"{prefix}:pulled")
        yield made
        _remove(docker_client, made.name, str(made.ref))


def _remove(client: DockerClient, *images: str) -> None:
    for image in images:
        client.call("image", "rm", "--force", image, what="clean up")


def _refused(images: EngineImages, offer: Offer, ref: Ref) -> FlowError:
    with pytest.raises(FlowError) as caught:
        images.pull(str(ref), offer.name, lambda _: None)
    assert not images.has(offer.name)
    return caught.value


def test_what_the_digest_says_is_pulled_and_named(docker_client: DockerClient, offer: Offer) -> None:
    images = EngineImages(docker_client)
    assert not images.has(offer.name)
    lines: list[str] = []
    images.pull(str(offer.ref), offer.name, lines.append)
    assert images.has(offer.name)
    assert any(str(offer.ref.digest) in line for line in lines)


def test_a_digest_that_the_registry_does_not_have(docker_client: DockerClient, offer: Offer) -> None:
    images = EngineImages(docker_client)
    other = offer.ref.at(Digest(f"sha256:{'0' * 64}"))
    assert _refused(images, offer, other).code is ExitCode.UNAVAILABLE
    images.pull(str(offer.ref), offer.name, lambda _: None)
    assert images.has(offer.name), "the registry is asked again for what it has"


@pytest.mark.parametrize("which", [0, -1], ids=["smallest", "largest"])
def test_what_was_tampered_with_in_the_registry_is_not_used(
    docker_client: DockerClient, offer: Offer, which: int
) -> None:
    """Of the right size and another content: the manifest or configuration, or the layer."""
    blob = offer.blobs()[which]
    content = bytearray(blob.read_bytes())
    content[len(content) // 2] ^= 1
    blob.write_bytes(content)
    assert _refused(EngineImages(docker_client), offer, offer.ref).code is ExitCode.CONFLICT


def test_a_registry_that_is_gone(docker_client: DockerClient, offer: Offer) -> None:
    images = EngineImages(docker_client)
    gone = Ref("localhost:1", "library/tool", digest=offer.ref.digest)
    assert "tried before" not in _refused(images, offer, gone).why
    again = _refused(images, offer, gone)
    assert (again.code, "tried before" in again.why) == (ExitCode.UNAVAILABLE, True)
