"""Taking away what commands need, and giving it back."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from build_tasks.model.instance import Instance
from tests.integration.accounts import Account
from tests.integration.waiting import wait_until

_MANIFEST = "/etc/kubernetes/manifests/kube-apiserver.yaml"


def docker(*words: str, stdin: str = "") -> str:
    program = Path(os.environ["BUILD_TASKS_TOOLS"], "docker")
    return subprocess.run([program, *words], input=stdin, check=True, capture_output=True, text=True).stdout


@contextmanager
def without_registry() -> Iterator[None]:
    """Killed, as by a machine that lost power; it is there again when this ends."""
    container = Instance.of(os.environ).registry_container
    docker("kill", container)
    try:
        yield
    finally:
        docker("start", container)
        port = Instance.of(os.environ).registry_port
        wait_until(lambda: _answers(port), "the registry answers again")


@contextmanager
def without_api_server(cluster: str) -> Iterator[None]:
    """Its kubelet ends it, and starts it again afterwards."""
    node = Instance.of(os.environ).node_container(cluster)
    admin = Account.admin(cluster)
    docker("exec", node, "mv", _MANIFEST, "/root/kube-apiserver.yaml")
    try:
        wait_until(
            lambda: admin.kubectl("get", "--raw=/readyz", "--request-timeout=2s").returncode != 0, "it ends"
        )
        yield
    finally:
        docker("exec", node, "mv", "/root/kube-apiserver.yaml", _MANIFEST)
        wait_until(
            lambda: admin.kubectl("get", "--raw=/readyz", "--request-timeout=5s").returncode == 0,
            "it is back",
        )


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(b"GET /v2/ HTTP/1.0\r\n\r\n")
        return b" 200 " in connection.recv(64)
    return False


class EngineLine:
    """A line to the engine that can be cut: for one command alone the engine stops.

    Stopping the real one would take clusters and registry with it; what becomes of those is tried by
    ``test_after_a_crash_everything_comes_back_with_its_data``.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="line-"))  # short: a socket's path has 107 characters
        self._address = self.folder / "engine"
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(self._address))
        self._listening.listen()
        host = (Instance.of(os.environ).folder / "docker-host").read_text(encoding="utf-8").strip()
        self._engine = host.removeprefix("unix://") or "/var/run/docker.sock"
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def state(self) -> dict[str, str]:
        """Variables for a command whose engine is at the end of this line."""
        instance = Instance.of(os.environ)
        copy = self.folder / "state" / "build-tasks" / instance.name
        shutil.copytree(instance.folder, copy, symlinks=True)
        (copy / "docker-host").write_text(f"unix://{self._address}\n", encoding="utf-8")
        return {"XDG_STATE_HOME": str(self.folder / "state")}

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """For good."""
        self._cut()
        yield

    def _cut(self) -> None:
        """Nobody is connected any more, and nobody will be."""
        # Shut down first: only that wakes the thread that waits in accept().
        for one in (self._listening, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._address.unlink(missing_ok=True)

    def close(self) -> None:
        self._cut()
        for one in (self._listening, *self._open):
            one.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                engine = socket.socket(socket.AF_UNIX)
                engine.connect(self._engine)
                self._open |= {client, engine}
                for one, other in ((client, engine), (engine, client)):
                    threading.Thread(target=_copy, args=(one, other), daemon=True).start()


def _copy(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
