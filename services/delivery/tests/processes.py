"""Real processes the tests run against, each on a port of its own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import TextIO

import httpx
import pytest
from ports import ReservedPort, is_listened_on
from waiting import DEADLINE_SECONDS, wait_until

SERVICE_FOLDER = Path(__file__).resolve().parent.parent
PASSWORD = "not-to-be-logged"


def wait_until_listening(port: int, process: subprocess.Popen[str]) -> None:
    wait_until(
        lambda: process.poll() is not None or is_listened_on(port), f"{process.args!r} listens on {port}"
    )


class RedisServer:
    """A real Redis that keeps nothing on disk and asks for a password; a context manager, not started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "RedisServer":
        self._port = ReservedPort()
        self.url = f"redis://:{PASSWORD}@127.0.0.1:{self._port.number}/0"
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._port.release()

    def start(self) -> None:
        executable = shutil.which("redis-server")
        if executable is None:
            pytest.fail("redis-server is not on PATH; the testrunner image brings it (apt: redis-server)")
        options = {
            "port": str(self._port.number),
            "bind": "127.0.0.1",
            "dir": str(self._folder),
            "save": "",
            "requirepass": PASSWORD,
        }
        command = [executable, *(part for key, value in options.items() for part in (f"--{key}", value))]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, text=True)
        wait_until_listening(self._port.number, self._process)
        assert self._process.poll() is None, "Redis did not start"

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Service:
    """`python -m delivery` in a process of its own; a context manager that leaves none behind."""

    def __init__(
        self,
        redis_url: str,
        version: str = "1.0.0",
        lame_duck_seconds: int = 0,
        port: ReservedPort | None = None,
    ) -> None:
        self._port = port or ReservedPort()
        self.port = self._port.number
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **os.environ,
            "REDIS_URL": redis_url,
            "REDIS_SECONDS": "60",
            "APP_VERSION": version,
            "APP_COMMIT": "abc1234",
            "PORT": str(self.port),
            "DRAIN_SECONDS": str(lame_duck_seconds),
        }

    def __enter__(self) -> "Service":
        # Files, because a pipe that nobody reads holds the service up once it is full.
        self._out, self._err = TemporaryFile("w+"), TemporaryFile("w+")
        self._process = start_module("delivery", environment=self._environment, out=self._out, err=self._err)
        # Its signal handlers are set before it listens.
        wait_until_listening(self.port, self._process)
        self.http = httpx.Client(base_url=self.url, timeout=DEADLINE_SECONDS, trust_env=False)
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        self._process.kill()
        self._process.wait()
        self._out.close()
        self._err.close()
        self._port.release()

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def output(self) -> str:
        """Its stdout so far."""
        return _written(self._out)

    def finish(self) -> tuple[int, str, str]:
        """Wait for the exit: code, stdout and stderr."""
        code = self._process.wait(timeout=DEADLINE_SECONDS)
        return code, _written(self._out), _written(self._err)

    def stop(self) -> tuple[int, str, str]:
        self.signal(signal.SIGTERM)
        return self.finish()

    def seconds_to_stop(self) -> float:
        """Stop it; how long that took."""
        began = time.monotonic()
        assert self.stop()[0] == 0
        return time.monotonic() - began


def _written(file: TextIO) -> str:
    """What is in `file`, read without moving the position, which the process that writes shares."""
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode()


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
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)
