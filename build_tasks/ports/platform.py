"""What the platform is made with: the engine, its objects, local clusters and their administration."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from build_tasks.model.local_platform import (
    ClusterFacts,
    ContainerSpec,
    ContainerState,
    Endpoint,
    NetworkState,
    PodRun,
)


class ManagedEngine(Protocol):
    """The dockerd of our own."""

    @property
    def host(self) -> str:
        """Its DOCKER_HOST, whether it runs or not."""

    def running(self) -> bool:
        """Whether the process that we started lives."""

    def answers(self) -> bool:
        """Whether its API answers."""

    def obstacle(self) -> str:
        """Why it cannot run on this host; empty if it can."""

    def has_data(self) -> bool:
        """Whether it ever ran for this cache: there may be containers to remove."""

    def start(self) -> None:
        """Start it and wait until it answers; nothing if it already does."""

    def stop(self) -> None:
        """End it, and only it."""


class Engines(Protocol):
    """The engines of this host that are not ours."""

    def host(self) -> str:
        """The DOCKER_HOST that the user's environment leads to."""

    def explicit(self) -> bool:
        """Whether the user named it (DOCKER_HOST)."""

    def version(self, host: str) -> str:
        """The engine's version; empty if none answers there."""

    def advice(self, oldest: int) -> str:
        """How to get an engine of that version or later on this host."""


class EngineObjects(Protocol):
    """Networks, containers and volumes. Names that do not exist are absent from what is given."""

    def containers(self, names: Collection[str]) -> Mapping[str, ContainerState]: ...

    def cluster_containers(self, cluster: str) -> Sequence[str]:
        """Containers that kind made for a cluster, running or not."""

    def all_containers(self) -> Sequence[str]:
        """Names of all containers of the engine, whoever made them."""

    def networks(self, names: Collection[str]) -> Mapping[str, NetworkState]: ...

    def volumes(self, names: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        """Labels by volume."""

    def create_network(self, name: str, labels: Mapping[str, str]) -> None:
        """A bridge network with a subnet of its own choice, so that addresses can be given out in it."""

    def create_volume(self, name: str, labels: Mapping[str, str]) -> None: ...

    def create_container(self, spec: ContainerSpec) -> None:
        """Make it, put its files in and start it."""

    def connect(self, network: str, container: str, address: str) -> None: ...

    def start(self, container: str) -> None: ...

    def stop(self, container: str) -> None:
        """End what runs in it, in good order; it stays, and is not started again by itself."""

    def run_once(self, image: str, command: Sequence[str], volumes: Mapping[str, str]) -> str:
        """Run a container to its end, without a network, and remove it; gives its output.

        :param volumes: mount path by volume name.
        """

    def remove_container(self, name: str) -> None:
        """Stop and remove with its anonymous volumes; no error if there is none. The same for the rest."""

    def remove_network(self, name: str) -> None: ...

    def remove_volume(self, name: str) -> None: ...

    def read_file(self, container: str, path: str) -> str | None:
        """A file in a running container; None if it is not there."""

    def write_file(self, container: str, path: str, text: str) -> None:
        """Write a file in a running container, all of it or nothing."""


class LocalClusters(Protocol):
    """kind."""

    def create(self, cluster: str, *, image: str, config: str, network: str, kubeconfig: Path) -> None:
        """Create a cluster with its nodes on that network and write the administrator's kubeconfig.

        Its API answers then; its nodes run pods some seconds later (:meth:`ClusterAdmin.wait_nodes`).
        """

    def delete(self, cluster: str, kubeconfig: Path) -> None:
        """Remove its nodes, finished or not, and its entry in the file; no error if there is none."""

    def export(self, cluster: str, kubeconfig: Path) -> None:
        """Write the administrator's kubeconfig again."""


class ClusterAdmin(Protocol):
    """One cluster, through its administrator's account."""

    def answers(self) -> bool:
        """Whether the API is ready."""

    def wait_ready(self, seconds: float, since: datetime | None = None) -> None:
        """Wait for the API, the nodes, their DNS and agents; FlowError(UNAVAILABLE) when it takes longer.

        :param since: the node was started then. For a while the API goes on telling of the pods it had
            before; the platform's own must be ready anew.
        """

    def wait_nodes(self, seconds: float) -> None:
        """Wait for the nodes: before, no pod starts; FlowError when it takes longer."""

    def facts(self) -> ClusterFacts:
        """What is there of ours."""

    def apply(self, manifests: str, owner: str = "build-tasks") -> None:
        """Server-side apply of a YAML stream; what the owner no longer names is removed from its objects."""

    def exists(self, kind: str, name: str) -> bool:
        """Whether the cluster has an object of a kind that lives in no namespace, whoever made it."""

    def annotate(self, kind: str, name: str, namespace: str, annotations: Mapping[str, str]) -> None:
        """Set annotations of an object."""

    def secret(self, namespace: str, name: str, key: str) -> str:
        """A value of a Secret, from now on redacted everywhere; empty if there is none."""

    def put_secret(self, namespace: str, name: str, values: Mapping[str, str], kind: str = "Opaque") -> None:
        """Make or change a Secret; the values go by standard input."""

    def images(self) -> frozenset[str]:
        """References of the images that any workload names, whether it runs or could be rolled back to."""

    def install(self, release: str, namespace: str, chart: Path, values: Mapping[str, object]) -> None:
        """`helm upgrade --install` and wait until its workloads are ready."""

    def token(self, namespace: str, account: str, hours: int) -> str:
        """A token of a service account."""

    def endpoint(self) -> Endpoint: ...

    def may(self, account: str, verb: str, resource: str, namespace: str) -> bool:
        """Whether RBAC lets an account (``<namespace>:<name>`` of a service account) do that."""

    def refusal(self, namespace: str, manifest: Mapping[str, object]) -> str:
        """Why the API server would not take an object; empty if it would. Changes nothing."""

    def run_pod(self, namespace: str, manifest: Mapping[str, object], seconds: float) -> PodRun:
        """Run a pod to its end and remove it."""
