"""Names and places of Linux and macOS. No Mac was at hand: these are its documented ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.adapters.machine.operating_system import OperatingSystem

HOME = Path("/home/ann")


def _system(system: str, machine: str = "x86_64", **environ: str) -> OperatingSystem:
    return OperatingSystem.named(system, machine, HOME, environ)


@pytest.mark.parametrize(
    ("system", "machine", "expected"),
    [
        ("Linux", "x86_64", "linux-amd64"),
        ("Linux", "aarch64", "linux-arm64"),
        ("Darwin", "arm64", "darwin-arm64"),
        ("Darwin", "x86_64", "darwin-amd64"),
        ("Linux", "riscv64", "linux-riscv64"),
    ],
)
def test_publishers_call_machines_as_go_does(system: str, machine: str, expected: str) -> None:
    assert str(_system(system, machine).target) == expected


def test_only_linux_builds_from_packages() -> None:
    assert _system("Linux").builds_from_packages
    assert not _system("Darwin").builds_from_packages


def test_sockets_of_engines_on_a_mac() -> None:
    assert _system("Darwin").engine_sockets == (
        HOME / ".docker/run/docker.sock",
        Path("/var/run/docker.sock"),
        HOME / ".colima/default/docker.sock",
    )
    assert _system("Darwin", COLIMA_HOME="/c").engine_sockets[-1] == Path("/c/default/docker.sock")


def test_sockets_of_engines_on_linux() -> None:
    assert _system("Linux").engine_sockets[0] == Path("/var/run/docker.sock")
    rootless = _system("Linux", XDG_RUNTIME_DIR="/run/user/7").engine_sockets
    assert Path("/run/user/7/docker.sock") in rootless


def test_what_to_install_is_the_system_s_own() -> None:
    assert "Docker Desktop" in _system("Darwin").engine_advice(23)
    assert "colima" in _system("Darwin").engine_advice(23)
    assert "Docker Engine 23" in _system("Linux").engine_advice(23)


def test_plugins_of_docker_are_where_its_client_looks() -> None:
    assert _system("Darwin").plugin_folders[0] == HOME / ".docker/cli-plugins"
    assert _system("Linux", DOCKER_CONFIG="/d").plugin_folders[0] == Path("/d/cli-plugins")
    assert Path("/usr/libexec/docker/cli-plugins") in _system("Linux").plugin_folders


def test_this_machine_has_a_name() -> None:
    here = OperatingSystem.here()
    assert here.target.system in {"linux", "darwin"}
    assert here.home == Path.home()
