"""Docker and its fake keep networks, containers and volumes alike."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from uuid import uuid4

import pytest

from build_tasks.adapters.docker.client import DockerClient
from build_tasks.adapters.docker.objects import DockerObjects
from build_tasks.errors import FlowError
from build_tasks.model.local_platform import ContainerSpec
from build_tasks.ports.platform import EngineObjects
from tests.contract.fixtures_runtime import base_image as base_image
from tests.contract.fixtures_runtime import docker_client as docker_client
from tests.contract.fixtures_runtime import logged as logged
from tests.contract.fixtures_runtime import platform_registry as platform_registry
from tests.fakes.engine_objects import FakeObjects
from tests.fakes.platform import FakeWorld

LABELS = {"build-tasks.instance": "contract"}


@pytest.fixture
def name() -> str:
    """Of everything that one test makes."""
    return f"contract-{uuid4().hex[:10]}"


@pytest.fixture
def real(docker_client: DockerClient, name: str, base_image: str) -> Iterator[EngineObjects]:
    docker_client.checked(docker_client.call("pull", "--quiet", base_image, what="pull"), "pull")
    objects = DockerObjects(docker_client)
    yield objects
    objects.remove_container(name)
    for network in (name, f"{name}-2"):
        objects.remove_network(network)
    objects.remove_volume(name)


@pytest.fixture
def fake() -> EngineObjects:
    return FakeObjects(FakeWorld())


@pytest.fixture(params=["fake", "real"])
def objects(request: pytest.FixtureRequest) -> EngineObjects:
    made: EngineObjects = request.getfixturevalue(request.param)
    return made


def spec(objects: EngineObjects, name: str, image: str) -> ContainerSpec:
    """A container that waits (a Redis that nobody asks), at the end of a new network."""
    objects.create_network(name, LABELS)
    objects.create_volume(name, LABELS)
    subnet = ipaddress.ip_network(objects.networks([name])[name].subnet)
    return ContainerSpec(
        name=name,
        image=image,
        command=("--save", ""),
        network=name,
        address=str(subnet[-6]),
        labels=LABELS,
        files={"/etc/contract.txt": "one\n"},
        volumes={name: "/volume"},
    )


def test_what_is_not_there_is_absent(objects: EngineObjects, name: str) -> None:
    assert dict(objects.containers([name])) == {}
    assert dict(objects.networks([name])) == {}
    assert dict(objects.volumes([name])) == {}
    assert list(objects.cluster_containers(name)) == []
    objects.remove_container(name)
    objects.remove_network(name)
    objects.remove_volume(name)


def test_networks_have_a_subnet_and_labels(objects: EngineObjects, name: str) -> None:
    objects.create_network(name, LABELS)
    found = objects.networks([name, "contract-absent"])
    assert set(found) == {name}
    assert ipaddress.ip_network(found[name].subnet).num_addresses >= 256
    assert dict(found[name].labels) == LABELS
    objects.remove_network(name)
    assert dict(objects.networks([name])) == {}


def test_volumes(objects: EngineObjects, name: str) -> None:
    objects.create_volume(name, LABELS)
    assert dict(objects.volumes([name])) == {name: LABELS}
    objects.remove_volume(name)
    assert dict(objects.volumes([name])) == {}


def test_a_containers_life(objects: EngineObjects, name: str, base_image: str) -> None:
    wanted = spec(objects, name, base_image)
    objects.create_container(wanted)
    state = objects.containers([name])[name]
    assert (state.running, state.image, state.networks) == (True, base_image, {name: wanted.address})
    assert LABELS.items() <= state.labels.items()
    assert name in objects.all_containers()
    objects.create_network(f"{name}-2", LABELS)
    second = ipaddress.ip_network(objects.networks([f"{name}-2"])[f"{name}-2"].subnet)
    objects.connect(f"{name}-2", name, str(second[-6]))
    assert objects.containers([name])[name].networks[f"{name}-2"] == str(second[-6])
    objects.remove_container(name)
    assert dict(objects.containers([name])) == {}


def test_a_container_that_was_stopped_can_be_started(
    objects: EngineObjects, name: str, base_image: str
) -> None:
    objects.create_container(spec(objects, name, base_image))
    objects.stop(name)
    assert not objects.containers([name])[name].running
    objects.start(name)
    assert objects.containers([name])[name].running


def test_a_program_is_run_once_beside_what_a_volume_holds(
    real: EngineObjects, name: str, base_image: str
) -> None:
    real.create_volume(name, LABELS)
    before = set(real.all_containers())
    assert "v=" in real.run_once(base_image, ("--version",), {name: "/volume"})
    with pytest.raises(FlowError):
        real.run_once(base_image, ("--no-such-setting", "x"), {})
    assert set(real.all_containers()) == before


def test_files_in_a_container(objects: EngineObjects, name: str, base_image: str) -> None:
    objects.create_container(spec(objects, name, base_image))
    assert objects.read_file(name, "/etc/contract.txt") == "one\n"
    assert objects.read_file(name, "/etc/absent") is None
    objects.write_file(name, "/new/folder/file.txt", "zwei ü\n")
    objects.write_file(name, "/new/folder/file.txt", "drei\n")
    assert objects.read_file(name, "/new/folder/file.txt") == "drei\n"
