"""The managed container engine: a dockerd of our own, one per host, for hosts that have none that fits.

It runs in the host's network namespace (``localhost:5001`` is the registry on the host too), keeps its images
under the cache and what dies with the machine under one run folder. Whoever finds it gone starts it again.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from build_tasks.adapters.docker.dockerd_config import daemon_config
from build_tasks.adapters.programs.process import Processes
from build_tasks.adapters.programs.process_identity import ProcessIdentity, in_our_network
from build_tasks.errors import ExitCode, FlowError

#: Seconds dockerd gets to answer; restoring the containers of two clusters after a crash takes about 5.
_START_DEADLINE = 90.0
#: Bytes in a socket's path, at most, for containerd (``CreateUnixSocket`` in its ``pkg/sys``). Beyond that it
#: does not start, and dockerd tells of it as "timeout waiting for containerd to start".
_LONGEST_SOCKET = 104
#: Seconds dockerd gets to stop its containers and itself.
_STOP_DEADLINE = 60.0
_WHAT = "start the managed container engine"


@dataclass(frozen=True)
class EngineFolders:
    """Where the managed engine lives.

    :param run: socket, process ids, containerd's state; may vanish with a reboot.
    :param data: images, containers, volumes; part of the cache, never removed by us.
    :param tools: folder with dockerd, containerd, containerd-shim-runc-v2, runc and docker-proxy.
    :raises ValueError: the path of ``run`` is too long for containerd's sockets in it.
    """

    run: Path
    data: Path
    tools: Path

    def __post_init__(self) -> None:
        socket_path = os.fsencode(self.run / "exec" / "containerd" / "containerd.sock.ttrpc")
        if (over := len(socket_path) - _LONGEST_SOCKET) > 0:
            raise ValueError(f"{self.run}: {over} bytes too long for the sockets of containerd in it")


class ManagedEngine:
    """Starts and stops the one managed dockerd of this host."""

    def __init__(self, processes: Processes, folders: EngineFolders) -> None:
        self._processes = processes
        self._folders = folders
        self.socket = folders.run / "docker.sock"
        self.log = folders.run / "dockerd.log"
        self.config = folders.run / "daemon.json"
        self._record = folders.run / "dockerd.json"
        self._containerd_pid = folders.run / "exec" / "containerd" / "containerd.pid"

    @property
    def host(self) -> str:
        """The engine's DOCKER_HOST."""
        return f"unix://{self.socket}"

    def answers(self) -> bool:
        """Whether the engine's API answers on our socket."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(5)
                client.connect(str(self.socket))
                client.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
                reply = http.client.HTTPResponse(client)
                reply.begin()
                return reply.status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False

    def running(self) -> bool:
        """Whether the dockerd that we recorded still lives (the process itself, not its number)."""
        recorded = ProcessIdentity.read(self._record)
        return recorded is not None and recorded.alive()

    def obstacle(self) -> str:
        """Why it cannot run on this host; empty if it can."""
        if sys.platform != "linux":
            return "needs Linux"
        if os.geteuid() != 0:
            return "needs root"
        others = list(in_our_network("dockerd"))
        return f"process {others[0]} is another engine, which owns the docker0 bridge" if others else ""

    def has_data(self) -> bool:
        """Whether it ever ran: its data root has its folder of containers."""
        return (self._folders.data / "containers").is_dir()

    def start(self) -> None:
        """Start the engine and wait until it answers; nothing if it already does.

        :raises FlowError: UNAVAILABLE when another engine owns the host's docker0 bridge, or when ours
            does not answer in time (with the end of its log).
        """
        self._folders.run.mkdir(mode=0o711, parents=True, exist_ok=True)
        with FileLock(self._folders.run / "engine.lock"):
            if not self.running():
                self._refuse_second_engine()
                self._spawn()
            self._wait_until_it_answers()

    def stop(self) -> None:
        """End the engine that we started, and the containerd that it started; nothing else."""
        recorded = ProcessIdentity.read(self._record)
        if recorded is not None and recorded.alive():
            recorded.end(_STOP_DEADLINE)
        containerd = self._orphaned_containerd()
        if containerd is not None:
            containerd.end(_STOP_DEADLINE)
        self._release_data()
        for path in (self._record, self.socket):
            path.unlink(missing_ok=True)

    def _release_data(self) -> None:
        """dockerd mounts its data root on itself; one that was killed leaves that, and the cache is busy."""
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
        for _ in [line for line in mounts if line.split()[4] == str(self._folders.data)]:
            self._processes.run(["umount", self._folders.data], what="release the engine's data root")

    def _spawn(self) -> None:
        self._clear_stale_files()
        folders = self._folders
        folders.data.mkdir(mode=0o711, parents=True, exist_ok=True)
        # The engine outlives the instance that starts it, and with it a link in that instance's folder.
        tools = folders.tools.resolve()
        self.config.write_text(json.dumps(daemon_config(tools), indent=1), encoding="utf-8")
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".previous.log"))
        pid = self._processes.spawn(
            [
                tools / "dockerd",
                f"--config-file={self.config}",
                f"--host={self.host}",
                f"--data-root={folders.data}",
                f"--exec-root={folders.run / 'exec'}",
                f"--pidfile={folders.run / 'dockerd.pid'}",
            ],
            log=self.log,
            env={"PATH": f"{tools}:{os.environ.get('PATH', os.defpath)}"},
        )
        ProcessIdentity.of(pid).write(self._record)

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_DEADLINE
        while not self.answers():
            if not self.running():
                raise self._failed("dockerd ended right after it was started")
            if time.monotonic() > deadline:
                raise self._failed(f"dockerd did not answer on {self.socket} within {_START_DEADLINE:g} s")
            time.sleep(0.1)

    def _clear_stale_files(self) -> None:
        """A dockerd that was killed leaves its files; it refuses to start over a living number in them."""
        for name in ("docker.sock", "dockerd.pid", "dockerd.json"):
            (self._folders.run / name).unlink(missing_ok=True)
        if self._orphaned_containerd() is None:
            self._containerd_pid.unlink(missing_ok=True)

    def _orphaned_containerd(self) -> ProcessIdentity | None:
        """The containerd of a dockerd that was killed; recognised by our run folder in its command line."""
        try:
            pid = int(self._containerd_pid.read_text(encoding="ascii"))
            arguments = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
        except (OSError, ValueError):
            return None
        return ProcessIdentity.of(pid) if str(self._folders.run) in arguments else None

    def _refuse_second_engine(self) -> None:
        for pid in in_our_network("dockerd"):
            raise FlowError(
                _WHAT,
                f"another Docker Engine runs here (process {pid}) and owns the docker0 bridge",
                "stop it, or let DOCKER_HOST name it if it is version 23 or later",
                code=ExitCode.UNAVAILABLE,
            )

    def _failed(self, why: str) -> FlowError:
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return FlowError(
            _WHAT,
            why,
            f"read {self.log}; run `./inv platform.doctor`",
            code=ExitCode.UNAVAILABLE,
            details=text.splitlines()[-12:],
            log=self.log,
        )
