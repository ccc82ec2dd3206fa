"""A real Redis for tests."""

import shutil
import subprocess
from pathlib import Path

import pytest

from servicekit_testing.ports import ReservedPort
from servicekit_testing.processes import wait_until_listening

PASSWORD = "not-to-be-logged"


class RedisServer:
    """A real Redis that keeps nothing on disk and asks for a password; a context manager, not started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "RedisServer":
        self._port = ReservedPort()
        self.port = self._port.number
        self.url = f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._port.release()

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
        assert self._process.poll() is None, "Redis did not start"

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
