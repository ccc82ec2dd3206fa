"""A service as a process of its own, on a port of its own."""

import os
import signal
import time
from collections.abc import Mapping
from tempfile import TemporaryFile
from typing import Self, TextIO

import httpx

from servicekit_testing.ports import ReservedPort
from servicekit_testing.processes import start_module, wait_until_listening
from servicekit_testing.waiting import DEADLINE_SECONDS


class ServiceProcess:
    """`python -m <package>` that listens on PORT; a context manager that leaves none behind."""

    def __init__(
        self, package: str, environment: Mapping[str, str], port: ReservedPort | None = None
    ) -> None:
        self._package = package
        self._port = port or ReservedPort()
        self.port = self._port.number
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {**os.environ, **environment, "PORT": str(self.port)}

    def __enter__(self) -> Self:
        # Files, because a pipe that nobody reads holds the service up once it is full.
        self._out, self._err = TemporaryFile("w+"), TemporaryFile("w+")
        self._process = start_module(
            self._package, environment=self._environment, out=self._out, err=self._err
        )
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
