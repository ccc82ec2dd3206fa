"""A client in production's cluster that counts the requests it loses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from build_tasks.errors import FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.images import Digest
from build_tasks.model.service import Service
from build_tasks.planning.names import production_image
from build_tasks.recipes import FOLDER
from build_tasks.steps.workbench import Workbench

_RELEASE = "demo-traffic"
_SELECTOR = f"app.kubernetes.io/instance={_RELEASE}"


@dataclass(frozen=True)
class Tally:
    """What the client counted: requests, those lost, answers by version."""

    requests: int
    failed: int
    versions: dict[str, int]
    errors: tuple[str, ...]


class Client:
    """The client's pod, from the service's own production image.

    :param image: digest of an image in prod/.
    :param seconds: how long it asks.
    """

    def __init__(
        self, bench: Workbench, service: Service, environment: Environment, image: Digest, seconds: int
    ) -> None:
        self._bench = bench
        self._service = service
        self._releases = bench.environments.releases(environment)
        self._workloads = bench.environments.workloads(environment)
        self._image = production_image(bench.settings, service.name).at(image)
        self._seconds = seconds

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start it and wait until it asks; remove it at the end."""
        self._releases.uninstall(_RELEASE)
        folder = self._bench.folder(self._service, "traffic")
        chart = self._bench.charts.package(
            FOLDER / "charts" / "traffic-probe", version="0.1.0", folder=folder
        )
        values = {
            "image": f"{self._image}",
            "service": self._service.name,
            "application": self._bench.settings.application,
            "seconds": self._seconds,
        }
        labels = {"service": self._service.name, "role": "probe"}
        self._releases.upgrade(_RELEASE, chart, values, description="demonstration", labels=labels)
        try:
            self._await(self._counting, timedelta(seconds=60))
            yield
        finally:
            self._releases.uninstall(_RELEASE)

    def tally(self) -> Tally:
        """Wait until it has asked for its time, and read what it counted."""
        self._await(self._ended, timedelta(seconds=self._seconds + 60))
        pod = self._workloads.pods(_SELECTOR)[0]
        lines = self._workloads.last_log(pod.name, 1)
        try:
            counted: dict[str, Any] = json.loads(lines[-1])
            return Tally(
                int(counted["requests"]),
                int(counted["failed"]),
                {str(version): int(count) for version, count in counted["versions"].items()},
                tuple(str(error) for error in counted["errors"]),
            )
        except (ValueError, KeyError, IndexError):
            raise FlowError("count lost requests", "the client left no tally", details=lines) from None

    def _counting(self) -> bool:
        """It says so when it got its first answer."""
        pods = [pod for pod in self._workloads.pods(_SELECTOR) if pod.ready]
        return any("counting" in line for pod in pods for line in self._workloads.last_log(pod.name, 5))

    def _ended(self) -> bool:
        return any(pod.phase in ("Succeeded", "Failed") for pod in self._workloads.pods(_SELECTOR))

    def _await(self, condition: Any, limit: timedelta) -> None:
        retrying = Retrying(
            retry=retry_if_result(lambda met: not met),
            wait=wait_fixed(0.5),
            stop=stop_after_delay(limit.total_seconds()),
        )
        retrying(condition)
