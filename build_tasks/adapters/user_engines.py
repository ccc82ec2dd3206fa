"""The container engines that the user may have already."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from build_tasks.adapters.process import Processes
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

    def explicit(self) -> bool:
        return bool(self.environ.get("DOCKER_HOST"))

    def host(self) -> str:
        """DOCKER_HOST, else the client's current context (Docker Desktop, rootless), else the default."""
        named = self.environ.get("DOCKER_HOST", "")
        if named or not shutil.which("docker", path=self.environ.get("PATH")):
            return named or _DEFAULT
        words = ["docker", "context", "inspect", "--format={{.Endpoints.docker.Host}}"]
        done = self.processes.run(words, what="find the current engine", check=False)
        return done.stdout.strip() or _DEFAULT

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
