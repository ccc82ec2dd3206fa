"""Real processes the tests run against, each on a free port of this machine."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import TextIO

import pytest

SERVICE_FOLDER = Path(__file__).resolve().parent.parent
PASSWORD = "not-to-be-logged"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_listening(port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 15
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    process.kill()
    process.wait()
    pytest.fail(f"{process.args!r} did not listen on port {port}")


class RedisServer:
    """A real Redis that keeps nothing on disk and asks for a password."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self.port = free_port()
        self.url = f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        executable = shutil.which("redis-server")
        if executable is None:
            pytest.fail("redis-server is not on PATH; the testrunner image brings it (apt: redis-server)")
        options = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "dir": str(self._folder),
            "save": "",
            "requirepass": PASSWORD,
        }
        command = [executable, *(part for key, value in options.items() for part in (f"--{key}", value))]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, text=True)
        wait_until_listening(self.port, self._process)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Service:
    """`python -m delivery` in a process of its own; a context manager that leaves none behind."""

    def __init__(
        self, redis_url: str, version: str = "1.0.0", lame_duck_seconds: int = 0, port: int | None = None
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **os.environ,
            "REDIS_URL": redis_url,
            "APP_VERSION": version,
            "APP_COMMIT": "abc1234",
            "PORT": str(self.port),
            "DRAIN_SECONDS": str(lame_duck_seconds),
        }

    def __enter__(self) -> "Service":
        # Files, because a pipe that nobody reads holds the service up once it is full.
        self._out, self._err = TemporaryFile("w+"), TemporaryFile("w+")
        self._process = start_module("delivery", environment=self._environment, out=self._out, err=self._err)
        wait_until_listening(self.port, self._process)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._out.close()
        self._err.close()

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def finish(self) -> tuple[int, str, str]:
        """Wait for the exit: code, stdout and stderr."""
        code = self._process.wait(timeout=30)
        self._out.seek(0)
        self._err.seek(0)
        return code, self._out.read(), self._err.read()

    def stop(self) -> tuple[int, str, str]:
        self.signal(signal.SIGTERM)
        return self.finish()


def start_module(
    name: str,
    *arguments: str,
    environment: Mapping[str, str] = os.environ,
    out: int | TextIO = subprocess.PIPE,
    err: int | TextIO = subprocess.PIPE,
) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", name, *arguments]
    return subprocess.Popen(command, cwd=SERVICE_FOLDER, env=environment, stdout=out, stderr=err, text=True)


def run_module(
    name: str, *arguments: str, environment: Mapping[str, str] = os.environ
) -> subprocess.CompletedProcess[str]:
    """Run `python -m name` to its end; its output is expected to be short."""
    with start_module(name, *arguments, environment=environment) as process:
        out, err = process.communicate(timeout=30)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)
