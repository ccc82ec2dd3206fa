"""A real engine pulls by digest from a stand-in of Docker's registry: right, missing, tampered, gone."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from build_tasks.adapters.docker.client import DockerClient
from build_tasks.adapters.docker.engine import DockerEngine
from build_tasks.adapters.docker.images import EngineImages
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import BuildRequest, Digest, Ref
from build_tasks.model.upstream import Pins, Upstream
from build_tasks.steps.platform.upstream_images import UpstreamImages
from tests.contract.fixtures_registry import configure, serving
from tests.contract.fixtures_runtime import docker as docker
from tests.contract.fixtures_runtime import docker_client as docker_client
from tests.contract.fixtures_runtime import logged as logged
from tests.fakes.reporter import FakeReporter


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


def test_a_build_stands_on_what_was_pulled(
    docker_client: DockerClient, docker: DockerEngine, offer: Offer, tmp_path: Path
) -> None:
    """As services' Dockerfiles do: they name the image as everybody does."""
    EngineImages(docker_client).pull(str(offer.ref), offer.name, lambda _: None)
    folder, tag = tmp_path / "context", f"{offer.name}-built"
    folder.mkdir()
    (folder / "more").write_text("more")
    (folder / "Dockerfile").write_text("FROM tool:1 AS final\nCOPY more /more\n")
    contexts = {"tool:1": f"docker-image://{offer.name}"}
    docker.build(BuildRequest(str(folder), str(folder / "Dockerfile"), "final", tag, contexts=contexts))
    layers = [_layers(docker_client, image) for image in (offer.name, tag)]
    _remove(docker_client, tag)
    assert layers[1][: len(layers[0])] == layers[0]
    assert len(layers[1]) == len(layers[0]) + 1


def _layers(client: DockerClient, image: str) -> list[str]:
    words = ("image", "inspect", "--format={{json .RootFS.Layers}}", image)
    found: list[str] = json.loads(client.checked(client.call(*words, what="look"), "look").stdout)
    return found


def test_an_image_that_is_pinned_is_pulled_once_and_then_needs_no_registry(
    docker_client: DockerClient, offer: Offer
) -> None:
    """The step that decides, on the real engine."""
    assert offer.ref.digest is not None
    pins = Pins(images={"tool:1": offer.ref.digest})
    reporter, upstream = FakeReporter(), Upstream({}, {}, offer.ref.registry)
    images = EngineImages(docker_client)
    name = UpstreamImages(upstream, pins, images, reporter).choose("tool:1", None)
    assert name == f"build-tasks/upstream/tool:1-{offer.ref.digest.short}"
    assert reporter.done == ["pull tool:1"]
    (offer.folder / "data").rename(offer.folder / "lost")
    assert UpstreamImages(upstream, pins, images, reporter).choose("tool:1", None) == name
    assert reporter.done == ["pull tool:1"]
    _remove(docker_client, name)
