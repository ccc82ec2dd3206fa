"""Workloads under test, a release, and what makes the one appear through the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from build_tasks.model.releases import PodState, Rollout
from build_tasks.ports.runtime import Releases, Workloads

_Seen = TypeVar("_Seen")
_DEADLINE = 120.0


def until(look: Callable[[], _Seen], enough: Callable[[_Seen], object]) -> _Seen:
    """What ``look`` gives as soon as it is enough; fails at the deadline."""
    deadline = time.monotonic() + _DEADLINE
    while not enough(seen := look()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.2)
    return seen


@dataclass
class Yard:
    """Workloads under test, a release, and what makes the one appear through the other."""

    workloads: Workloads
    releases: Releases
    release: str
    chart: Path
    image: str

    @property
    def selector(self) -> str:
        return f"app.kubernetes.io/instance={self.release}"

    def deploy(self, text: str, *, replicas: int = 1, **run: str) -> None:
        described = {"image": self.image, "script": "sleep 600", **run}
        values = {"text": text, "replicas": replicas, "image": self.image, "run": described}
        self.releases.upgrade(self.release, self.chart, values, description=text, labels={})

    def rollout(self) -> Rollout:
        [found] = self.workloads.rollouts(self.selector)
        return found

    def ready(self) -> Rollout:
        return until(self.rollout, lambda rollout: rollout.complete)

    def pods(self) -> list[PodState]:
        return list(self.workloads.pods(self.selector))

    def pod(self, *reasons: str) -> PodState:
        """The pod as soon as it gives all these reasons."""
        wanted = set(reasons)
        seen = until(self.pods, lambda pods: any(wanted <= set(pod.reasons) for pod in pods))
        return next(pod for pod in seen if wanted <= set(pod.reasons))
