"""`python -m workflow` in a process of its own."""

import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from servicekit_testing.processes import start_module
from servicekit_testing.waiting import DEADLINE_SECONDS, wait_until

FOR_EVER = {"CALL_SECONDS": "60", "CLAIM_SECONDS": "3600", "RETRY_SECONDS": "60", "REDIS_SECONDS": "60"}
"""Times that no test waits for; it makes them pass (`redis_stream`)."""


class WorkerProcess:
    """A context manager that leaves no process behind; returns once the worker has begun."""

    def __init__(self, redis_url: str, services: Mapping[str, str], **settings: str) -> None:
        self._settings = {"REDIS_URL": redis_url, **services, **FOR_EVER, **settings}

    def __enter__(self) -> "WorkerProcess":
        self._folder = TemporaryDirectory()
        self.heartbeat = Path(self._folder.name, "heartbeat")
        self._out, self._err = Path(self._folder.name, "out"), Path(self._folder.name, "err")
        environment = {**os.environ, **self._settings, "HEARTBEAT_FILE": str(self.heartbeat)}
        with self._out.open("w") as out, self._err.open("w") as err:
            self._process = start_module("workflow", environment=environment, out=out, err=err)
        # Its signal handlers are set before its first beat.
        wait_until(lambda: self.heartbeat.exists() or self._process.poll() is not None, "the first beat")
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._folder.cleanup()

    def kill(self) -> None:
        """As `kubectl delete --force` does: without a word."""
        self._process.kill()
        self._process.wait()

    def signal(self, number: int = signal.SIGTERM) -> None:
        self._process.send_signal(number)

    def finish(self) -> tuple[int, str, str]:
        """Wait for the exit: code, stdout and stderr."""
        code = self._process.wait(timeout=DEADLINE_SECONDS)
        return code, self.output, self._err.read_text()

    def stop(self) -> tuple[int, str, str]:
        self.signal()
        return self.finish()

    @property
    def output(self) -> str:
        return self._out.read_text()

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Its lines about requests so far."""
        lines = [json.loads(line) for line in self.output.splitlines(keepends=True) if line.endswith("\n")]
        return [line for line in lines if line["message"] == "request"]

    def outcomes(self, request_id: str) -> list[tuple[str, int]]:
        return [(line["outcome"], line["tries"]) for line in self.requests if line["id"] == request_id]
