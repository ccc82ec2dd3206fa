"""A real registry as a plain process, and the fake."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import Processes
from build_tasks.adapters.registry.client import OrasClient
from build_tasks.adapters.registry.registry import OrasRegistry
from build_tasks.model.images import Ref
from build_tasks.ports.artifacts import Registry
from tests.fakes.oci_content import Store
from tests.fakes.registry import FakeRegistry

_DEADLINE = 30.0


@dataclass(frozen=True)
class RegistryLab:
    """A registry under test.

    :param store: puts content there without the code under test.
    :param prefix: of every repository of one test, so that tests share a registry without meeting.
    :param stopped: a host that does not answer.
    """

    registry: Registry
    store: Store
    host: str
    prefix: str
    stopped: str

    def ref(self, repository: str, tag: str = "") -> Ref:
        return Ref(self.host, f"{self.prefix}/{repository}", tag)


@pytest.fixture(scope="session")
def registry_host(tool: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of a distribution registry that lives as long as the test session."""
    folder = tmp_path_factory.mktemp("registry")
    host = configure(folder)
    with serving(tool("registry"), folder, host):
        yield host


def configure(folder: Path, *, access_log: bool = False) -> str:
    """Write a registry's ``config.yml`` into a folder that is to hold its data; gives its host and port.

    :param access_log: its log holds every request.
    """
    host = f"localhost:{_free_port()}"
    config = {
        "version": 0.1,
        "log": {"level": "error", "accesslog": {"disabled": not access_log}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}, "delete": {"enabled": True}},
        "http": {"addr": host},
    }
    (folder / "config.yml").write_text(json.dumps(config))
    return host


@contextmanager
def serving(program: Path, folder: Path, host: str) -> Iterator[None]:
    """The registry of a folder runs as long as the block."""
    pid = _start([program, "serve", folder / "config.yml"], folder / "log")
    try:
        _wait(int(host.rpartition(":")[2]), folder / "log")
        yield
    finally:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


@pytest.fixture
def oras_registry(registry_host: str, tool: Callable[[str], Path], processes: Processes) -> RegistryLab:
    """The adapter in front of the real registry."""
    return RegistryLab(
        registry=OrasRegistry(processes, tool("oras")),
        store=OrasClient(processes, tool("oras")),
        host=registry_host,
        prefix=f"t{uuid.uuid4().hex[:12]}",
        stopped=f"localhost:{_free_port()}",
    )


@pytest.fixture
def fake_registry() -> RegistryLab:
    """The fake."""
    fake = FakeRegistry()
    fake.down.add("localhost:1")
    return RegistryLab(fake, fake, "localhost:5001", "t", "localhost:1")


@pytest.fixture(params=["oras_registry", "fake_registry"])
def registry_lab(request: pytest.FixtureRequest) -> RegistryLab:
    """Each in turn: what holds for one holds for the other."""
    lab: RegistryLab = request.getfixturevalue(request.param)
    return lab


def _start(argv: Sequence[str | Path], log: Path) -> int:
    words = [str(word) for word in argv]
    out = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    try:
        actions = [(os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, out, 2)]
        return os.posix_spawn(words[0], words, os.environ, file_actions=actions, setsid=True)
    finally:
        os.close(out)


def _wait(port: int, log: Path) -> None:
    deadline = time.monotonic() + _DEADLINE
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("localhost", port, timeout=2)
        try:
            connection.request("GET", "/v2/")
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            time.sleep(0.02)
        finally:
            connection.close()
    pytest.fail(f"the registry did not answer within {_DEADLINE:g} s: {log.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])
