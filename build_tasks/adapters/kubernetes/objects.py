"""The parts of kubectl's JSON that the flow reads, https://kubernetes.io/docs/reference/kubernetes-api/."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec


class Owner(msgspec.Struct):
    kind: str = ""
    name: str = ""
    uid: str = ""


class Metadata(msgspec.Struct, rename="camel"):
    name: str = ""
    uid: str = ""
    owner_references: list[Owner] = []
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    generation: int = 0
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None


class Cause(msgspec.Struct, rename="camel"):
    """Why a container waits or ended."""

    reason: str = ""
    message: str = ""
    exit_code: int = 0


class ContainerState(msgspec.Struct):
    waiting: Cause | None = None
    terminated: Cause | None = None


class ContainerStatus(msgspec.Struct, rename="camel"):
    ready: bool = False
    restart_count: int = 0
    state: ContainerState = msgspec.field(default_factory=ContainerState)
    last_state: ContainerState = msgspec.field(default_factory=ContainerState)


class Condition(msgspec.Struct):
    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""


class PodStatus(msgspec.Struct, rename="camel"):
    phase: str = ""
    reason: str = ""
    message: str = ""
    conditions: list[Condition] = []
    container_statuses: list[ContainerStatus] = []
    init_container_statuses: list[ContainerStatus] = []


class Container(msgspec.Struct):
    image: str = ""


class PodSpec(msgspec.Struct):
    containers: list[Container] = []


class Pod(msgspec.Struct, tag_field="kind", tag=True):
    metadata: Metadata
    spec: PodSpec
    status: PodStatus


class PodTemplate(msgspec.Struct):
    spec: PodSpec


class DeploymentSpec(msgspec.Struct):
    template: PodTemplate
    replicas: int = 1


class DeploymentStatus(msgspec.Struct, rename="camel"):
    observed_generation: int = 0
    replicas: int = 0
    updated_replicas: int = 0
    available_replicas: int = 0
    conditions: list[Condition] = []


class Deployment(msgspec.Struct, tag_field="kind", tag=True):
    metadata: Metadata
    spec: DeploymentSpec
    status: DeploymentStatus


class ReplicaSet(msgspec.Struct, tag_field="kind", tag=True):
    metadata: Metadata


class Involved(msgspec.Struct):
    kind: str = ""
    name: str = ""


class Series(msgspec.Struct, rename="camel"):
    last_observed_time: datetime | None = None


class Event(msgspec.Struct, rename="camel"):
    metadata: Metadata
    involved_object: Involved
    reason: str = ""
    message: str = ""
    last_timestamp: datetime | None = None
    event_time: datetime | None = None
    series: Series | None = None

    @property
    def when(self) -> datetime:
        """Its last occurrence; writers of events fill different fields."""
        series = self.series.last_observed_time if self.series else None
        known = series or self.last_timestamp or self.event_time or self.metadata.creation_timestamp
        return known or datetime.fromtimestamp(0, UTC)


class Pods(msgspec.Struct):
    items: list[Pod]


class Workload(msgspec.Struct):
    """`kubectl get deployments,replicasets,pods`."""

    items: list[Deployment | ReplicaSet | Pod]


class Deployments(msgspec.Struct):
    """`kubectl get deployments,replicasets`."""

    items: list[Deployment | ReplicaSet]


class Events(msgspec.Struct):
    items: list[Event]


class ContextPart(msgspec.Struct):
    cluster: str = ""


class NamedContext(msgspec.Struct):
    name: str
    context: ContextPart


class ClusterPart(msgspec.Struct):
    server: str = ""


class NamedCluster(msgspec.Struct):
    name: str
    cluster: ClusterPart


class KubeConfig(msgspec.Struct, rename="kebab"):
    """`kubectl config view`; empty lists are written as null."""

    current_context: str = ""
    contexts: list[NamedContext] | None = None
    clusters: list[NamedCluster] | None = None

    def server(self, context: str) -> str:
        """URL of the server that a context points to; empty if there is no such context."""
        names = [c.context.cluster for c in self.contexts or [] if c.name == context]
        servers = [c.cluster.server for c in self.clusters or [] if c.name in names]
        return servers[0] if servers else ""
