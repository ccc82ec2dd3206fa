"""Which routes are open on a machine, and that a Mac has no third one."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from build_tasks.adapters.docker.client import DockerClient, Engine
from build_tasks.adapters.machine.operating_system import OperatingSystem
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.routes import Route
from build_tasks.model.upstream import Pins
from build_tasks.wiring.provisioning import Provisioning
from tests.fakes.reporter import FakeReporter

_EVERY = tuple(Route)


@pytest.fixture(autouse=True)
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


def _provisioning(folder: Path, system: str, routes: Collection[Route] = _EVERY) -> Provisioning:
    here = OperatingSystem.named(system, "arm64", folder, {})
    return Provisioning(
        folder / "cache",
        Processes(CommandLog(None)),
        FakeReporter(),
        network_policies=True,
        routes=routes,
        pins=Pins(),
        system=here,
    )


def _client(folder: Path) -> DockerClient:
    return DockerClient(Processes(CommandLog(None)), Engine(folder / "docker"))


def _reasons(provisioning: Provisioning, program: str) -> list[str]:
    with pytest.raises(FlowError) as caught:
        provisioning.tools()([program])
    assert caught.value.code is ExitCode.UNAVAILABLE
    return [detail.partition(":")[0] for detail in caught.value.details]


def test_a_mac_has_path_and_releases(tmp_path: Path) -> None:
    assert _reasons(_provisioning(tmp_path, "Darwin"), "helm") == ["PATH", "upstream release"]


def test_a_mac_is_told_to_pin_or_to_install(tmp_path: Path) -> None:
    with pytest.raises(FlowError) as caught:
        _provisioning(tmp_path, "Darwin").tools()(["helm"])
    assert "install helm 4.3.1 (or any that is >=3.18.0,<5.0.0)" in caught.value.fix
    assert "upstream release: not pinned: run `./inv platform.pin`" in caught.value.details


def test_on_a_mac_nothing_is_compiled_and_no_engine_brought(tmp_path: Path) -> None:
    mac = _provisioning(tmp_path, "Darwin")
    needed = set(mac.programs(_client(tmp_path), managed_engine=False))
    assert {"kubectl", "helm", "kind", "oras", "docker", "docker-buildx"} <= needed
    assert not needed & {"kubelet", "etcd", "registry", "dockerd", "cilium-agent"}
    assert mac.host_groups(_client(tmp_path), managed_engine=False) == ("signatures",)


def test_on_a_mac_images_that_are_not_pinned_are_told(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="cannot be made on this machine"):
        _provisioning(tmp_path, "Darwin").images(_client(tmp_path))()
    with pytest.raises(FlowError, match=r"platform.lock does not accept python:3\.13-slim-trixie"):
        _provisioning(tmp_path, "Darwin").base_images(_client(tmp_path))(["python:3.13-slim-trixie"])


def test_on_a_mac_pruning_asks_for_no_debian(tmp_path: Path) -> None:
    mac = _provisioning(tmp_path, "Darwin")
    assert mac.base_image_names() == frozenset()
    assert mac.cached(tmp_path / "state", tmp_path / "daemon.json").unused() == []


@pytest.mark.parametrize(
    ("routes", "asked"),
    [
        ((Route.PATH,), ["PATH"]),
        ((Route.UPSTREAM, Route.PATH), ["upstream release", "PATH"]),
    ],
)
def test_routes_are_asked_in_the_order_that_is_set(
    tmp_path: Path, routes: tuple[Route, ...], asked: list[str]
) -> None:
    assert _reasons(_provisioning(tmp_path, "Linux", routes), "kind") == asked


def test_without_pins_all_is_made_from_packages(tmp_path: Path) -> None:
    linux = _provisioning(tmp_path, "Linux")
    needed = set(linux.programs(_client(tmp_path), managed_engine=True))
    assert {"kubelet", "etcd", "registry", "dockerd", "cilium-agent", "helm"} <= needed
    assert "dockerd" not in linux.programs(_client(tmp_path), managed_engine=False)
    assert "base-image" in linux.host_groups(_client(tmp_path), managed_engine=False)
