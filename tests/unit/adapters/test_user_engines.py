"""Which of the user's engines is found. They are stand-ins: sockets that answer what Docker's API answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from build_tasks.adapters.docker.user_engines import UserEngines
from build_tasks.adapters.machine.operating_system import OperatingSystem
from build_tasks.adapters.programs.process import CommandLog, Processes

_DEFAULT = "unix:///var/run/docker.sock"


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder with a short name: the path of a socket has room for about a hundred characters."""
    with TemporaryDirectory(prefix="home-", dir="/tmp") as folder:
        yield Path(folder)


@contextmanager
def engine(path: Path, version: str) -> Iterator[str]:
    """An engine of that version listens at the path; gives its DOCKER_HOST."""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = f'{{"Version": "{version}"}}'.encode()
    reply = b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        thread = threading.Thread(target=_serve, args=(server, reply), daemon=True)
        thread.start()
        yield f"unix://{path}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def _serve(server: socket.socket, reply: bytes) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        with client:
            client.recv(1024)
            client.sendall(reply)


def _engines(home: Path, system: str = "Darwin", **environ: str) -> UserEngines:
    seen = {"PATH": "/nowhere", **environ}
    return UserEngines(Processes(CommandLog(None)), seen, OperatingSystem.named(system, "arm64", home, seen))


def test_docker_desktop_on_a_mac_is_found_without_a_client(home: Path) -> None:
    with engine(home / ".docker/run/docker.sock", "29.1.0") as host:
        engines = _engines(home)
        assert engines.host() == host
        assert engines.version(host) == "29.1.0"
        assert not engines.explicit()


def test_colima_is_found_where_docker_desktop_does_not_answer(home: Path) -> None:
    (home / ".docker/run").mkdir(parents=True)
    (home / ".docker/run/docker.sock").write_text("left behind")
    with engine(home / ".colima/default/docker.sock", "28.0.0") as host:
        assert _engines(home).host() == host


def test_what_the_user_names_is_not_second_guessed(home: Path) -> None:
    with engine(home / ".docker/run/docker.sock", "29.1.0"):
        engines = _engines(home, DOCKER_HOST=_DEFAULT)
        assert engines.host() == _DEFAULT
        assert engines.explicit()


def test_what_the_client_was_told_goes_before_what_is_found(home: Path) -> None:
    client = home / "bin" / "docker"
    client.parent.mkdir()
    client.write_text("#!/bin/sh\necho unix:///told/docker.sock\n")
    client.chmod(0o755)
    with engine(home / ".docker/run/docker.sock", "29.1.0"):
        path = f"{client.parent}:/usr/bin:/bin"
        assert _engines(home, PATH=path).host() == "unix:///told/docker.sock"
