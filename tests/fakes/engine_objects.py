"""Networks, containers and volumes in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.local_platform import ContainerSpec, ContainerState, NetworkState
from tests.fakes.platform import FakeWorld

Thing = TypeVar("Thing")


@dataclass
class FakeObjects:
    """The port ``EngineObjects``."""

    world: FakeWorld

    def containers(self, names: Collection[str]) -> Mapping[str, ContainerState]:
        return {name: c for name, c in self._up().containers.items() if name in names}

    def networks(self, names: Collection[str]) -> Mapping[str, NetworkState]:
        return {name: n for name, n in self._up().networks.items() if name in names}

    def volumes(self, names: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        return {name: labels for name, labels in self._up().volumes.items() if name in names}

    def cluster_containers(self, cluster: str) -> Sequence[str]:
        return [name for name, of in self._up().kind_nodes.items() if of == cluster]

    def all_containers(self) -> Sequence[str]:
        return list(self._up().containers)

    def create_network(self, name: str, labels: Mapping[str, str]) -> None:
        subnet = f"172.{30 + len(self.world.networks)}.0.0/16"
        made = NetworkState(name, subnet, labels)
        self.world.act(f"create network {name}", lambda: self.world.networks.update({name: made}))

    def create_volume(self, name: str, labels: Mapping[str, str]) -> None:
        self.world.act(f"create volume {name}", lambda: self.world.volumes.update({name: labels}))

    def create_container(self, spec: ContainerSpec) -> None:
        """In two changes, as the real thing: made, then started."""
        made = ContainerState(spec.name, "created", spec.image, spec.labels, {spec.network: spec.address})
        self.world.act(f"create {spec.name}", lambda: self.world.containers.update({spec.name: made}))
        self.world.files_inside.update({(spec.name, path): text for path, text in spec.files.items()})
        self.start(spec.name)

    def connect(self, network: str, container: str, address: str) -> None:
        state = self.world.containers[container]
        joined = replace(state, networks={**state.networks, network: address})
        self.world.act(f"connect {container}", lambda: self.world.containers.update({container: joined}))

    def start(self, container: str) -> None:
        state = replace(self.world.containers[container], status="running")
        self.world.act(f"start {container}", lambda: self.world.containers.update({container: state}))

    def stop(self, container: str) -> None:
        state = replace(self.world.containers[container], status="exited")
        self.world.act(f"stop {container}", lambda: self.world.containers.update({container: state}))

    def run_once(self, image: str, command: Sequence[str], volumes: Mapping[str, str]) -> str:
        """Notes what was run, and what ran beside it."""
        beside = tuple(name for name, c in self.world.containers.items() if c.running)
        run = (image, tuple(command), dict(volumes), beside)
        self.world.act(f"run {image} {' '.join(command)}", lambda: self.world.ran.append(run))
        return "done\n"

    def remove_container(self, name: str) -> None:
        if name in self.world.containers:
            self.world.act(f"remove {name}", lambda: self._forget(name))

    def remove_network(self, name: str) -> None:
        if name in self.world.networks:
            self.world.act(f"remove {name}", lambda: _drop(self.world.networks, name))

    def remove_volume(self, name: str) -> None:
        if name in self.world.volumes:
            self.world.act(f"remove {name}", lambda: _drop(self.world.volumes, name))

    def read_file(self, container: str, path: str) -> str | None:
        if not self.world.containers[container].running:
            raise FlowError(f"read {path}", f"{container} does not run")
        return self.world.files_inside.get((container, path))

    def write_file(self, container: str, path: str, text: str) -> None:
        key = (container, path)
        self.world.act(f"write {path}", lambda: self.world.files_inside.update({key: text}))

    def _up(self) -> FakeWorld:
        if not self.world.engine_runs:
            raise FlowError("ask the engine", "it does not answer", code=ExitCode.UNAVAILABLE)
        return self.world

    def _forget(self, name: str) -> None:
        self.world.containers.pop(name)
        self.world.files_inside = {k: v for k, v in self.world.files_inside.items() if k[0] != name}


def _drop(things: dict[str, Thing], name: str) -> None:
    things.pop(name)
