"""A host with a container engine, kind and clusters, in memory.

Everything that changes something goes through :meth:`FakeWorld.act`, which can end the run there: before
the change, or right after it. So a test can end `platform.up` at each of its changes in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from build_tasks.model.local_platform import ContainerState, NetworkFacts, NetworkState


class Ended(BaseException):
    """The run was killed."""


@dataclass
class FakeCluster:
    """What is in a cluster: objects by (kind, namespace, name), releases that are ready, images in use.

    :param config: kind's configuration that it was made with.
    :param node_ready: somebody waited for its node.
    """

    server: str
    config: str = ""
    objects: dict[tuple[str, str, str], dict[str, object]] = field(default_factory=dict)
    annotations: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    secrets: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    releases: dict[str, Mapping[str, object]] = field(default_factory=dict)
    images: set[str] = field(default_factory=set)
    network: NetworkFacts | None = field(default_factory=lambda: NetworkFacts("cilium", ready=True))
    node_ready: bool = False


@dataclass
class FakeWorld:
    """The host.

    :param end_at: number of the change at which the run is ended; None: never.
    :param effective: whether that change still happens.
    :param programs: whether the instance's folder leads to the tools.
    """

    end_at: int | None = None
    effective: bool = False
    changes: list[str] = field(default_factory=list)
    engine_runs: bool = True
    engine_used: bool = True
    programs: bool = False
    inotify: int = 128
    uploads_allowed: bool = True
    containers: dict[str, ContainerState] = field(default_factory=dict)
    kind_nodes: dict[str, str] = field(default_factory=dict)
    files_inside: dict[tuple[str, str], str] = field(default_factory=dict)
    networks: dict[str, NetworkState] = field(default_factory=dict)
    volumes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    clusters: dict[str, FakeCluster] = field(default_factory=dict)
    files: dict[Path, str] = field(default_factory=dict)
    ran: list[tuple[str, tuple[str, ...], dict[str, str], tuple[str, ...]]] = field(default_factory=list)
    created: int = 0
    taken_ports: set[int] = field(default_factory=set)

    def act(self, title: str, change: Callable[[], None]) -> None:
        """Make a change, unless the run is to end here."""
        self.changes.append(title)
        ends = self.end_at is not None and len(self.changes) > self.end_at
        if not ends or self.effective:
            change()
        if ends:
            raise Ended(title)

    def go_on(self) -> None:
        """A new run, which nobody ends."""
        self.end_at = None
        self.changes.clear()

    def crash(self) -> None:
        """The machine was switched off and on: nothing runs, the disk is as it was."""
        self.engine_runs = False
        self.inotify = 128
        self.containers = {name: replace(c, status="exited") for name, c in self.containers.items()}


@dataclass
class FakeManagedEngine:
    """The port ``ManagedEngine``."""

    world: FakeWorld
    host: str = "unix:///run/fake.sock"
    reason: str = ""

    def running(self) -> bool:
        return self.world.engine_runs

    def answers(self) -> bool:
        return self.world.engine_runs

    def obstacle(self) -> str:
        return self.reason

    def has_data(self) -> bool:
        return self.world.engine_used

    def start(self) -> None:
        assert self.world.programs, "cannot start dockerd: No such file or directory"
        self.world.act("start engine", lambda: self._set(True))

    def stop(self) -> None:
        self.world.act("stop engine", lambda: self._set(False))

    def _set(self, runs: bool) -> None:
        self.world.engine_runs = runs
        self.world.engine_used = True


@dataclass
class FakeEngines:
    """The port ``Engines``."""

    versions: Mapping[str, str] = field(default_factory=dict)
    named: str = ""

    def host(self) -> str:
        return self.named or "unix:///var/run/docker.sock"

    def explicit(self) -> bool:
        return bool(self.named)

    def version(self, host: str) -> str:
        return self.versions.get(host, "")

    def advice(self, oldest: int) -> str:
        return f"install Docker Engine {oldest}"
