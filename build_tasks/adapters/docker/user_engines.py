"""The container engines that the user may have already."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from build_tasks.adapters.machine.operating_system import OperatingSystem
from build_tasks.adapters.programs.process import Processes
from build_tasks.errors import FlowError

_DEFAULT = "unix:///var/run/docker.sock"
_PATIENCE = 5.0


@dataclass(frozen=True)
class UserEngines:
    """Implements :class:`build_tasks.ports.platform.Engines`.

    :param environ: the user's environment, before anything of ours was added.
    """

    processes: Processes
    environ: Mapping[str, str]
    system: OperatingSystem

    def explicit(self) -> bool:
        return bool(self.environ.get("DOCKER_HOST"))

    def host(self) -> str:
        """DOCKER_HOST, else the client's current context, else where an engine answers, else the default."""
        named = self.environ.get("DOCKER_HOST", "")
        if named:
            return named
        current = self._of_context()
        if current and current != _DEFAULT:
            return current
        return next((f"unix://{path}" for path in self.system.engine_sockets if _ask(str(path))), _DEFAULT)

    def advice(self, oldest: int) -> str:
        return self.system.engine_advice(oldest)

    def _of_context(self) -> str:
        """What Docker's client has been told to use (Docker Desktop and colima do); empty without."""
        client = shutil.which("docker", path=self.environ.get("PATH"))
        if client is None:
            return ""
        words = [client, "context", "inspect", "--format={{.Endpoints.docker.Host}}"]
        done = self.processes.run(words, what="find the current engine", check=False)
        return done.stdout.strip()

    def version(self, host: str) -> str:
        if host.startswith("unix://"):
            return _ask(host.removeprefix("unix://"))
        words = ["docker", "--host", host, "version", "--format={{.Server.Version}}"]
        try:
            done = self.processes.run(words, what=f"ask the engine at {host}", check=False, timeout=30)
        except FlowError:
            return ""
        return done.stdout.strip() if done.status == 0 else ""


def _ask(path: str) -> str:
    """GET /version over the engine's socket: works before any client program is there."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(_PATIENCE)
            client.connect(path)
            client.sendall(b"GET /version HTTP/1.0\r\nHost: docker\r\n\r\n")
            reply = http.client.HTTPResponse(client)
            reply.begin()
            return str(json.loads(reply.read()).get("Version", ""))
    except (OSError, http.client.HTTPException, ValueError, AttributeError):
        return ""
