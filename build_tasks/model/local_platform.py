"""What the local platform consists of, and what was found of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from build_tasks.model.environment import Environment

#: Selects the objects in a cluster that the platform made (its own, not the services').
OWNER_LABEL = "app.kubernetes.io/part-of=build-tasks-platform"


@dataclass(frozen=True)
class EngineChoice:
    """The container engine that the platform uses.

    :param host: its DOCKER_HOST.
    :param version: its version, empty while it does not run.
    :param managed: ours, started where no other engine fits.
    :param reason: why this one.
    """

    host: str
    version: str
    managed: bool
    reason: str


@dataclass(frozen=True)
class EnvironmentNeed:
    """An environment that the local platform has to provide.

    :param cluster: the cluster's short name, ``devtest``.
    :param production: admits only images from ``prod/``.
    """

    name: str
    cluster: str
    namespace: str
    production: bool

    @classmethod
    def of(cls, environment: Environment) -> EnvironmentNeed:
        return cls(environment.name, environment.cluster, environment.namespace, environment.production)


@dataclass(frozen=True)
class NetworkState:
    """A network of the engine; ``subnet`` in CIDR form, ``containers`` by name."""

    name: str
    subnet: str
    labels: Mapping[str, str]
    containers: tuple[str, ...] = ()


@dataclass(frozen=True)
class ContainerState:
    """A container of the engine.

    :param status: the engine's word: ``created``, ``running``, ``exited`` ...
    :param image: the reference it was made from.
    :param networks: its address in each network, empty while it does not run.
    """

    name: str
    status: str
    image: str
    labels: Mapping[str, str]
    networks: Mapping[str, str]

    @property
    def running(self) -> bool:
        return self.status == "running"


@dataclass(frozen=True)
class ContainerSpec:
    """A container to be made.

    :param files: put into it before it starts, by absolute path.
    :param ports: ``address:host-port`` on the host by port in the container.
    :param volumes: mount path by volume name.
    """

    name: str
    image: str
    command: tuple[str, ...]
    network: str
    address: str
    labels: Mapping[str, str]
    files: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[int, str] = field(default_factory=dict)
    volumes: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    sysctls: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NetworkFacts:
    """What connects the pods of a cluster, by name, and whether the agent that it needs, if any, runs."""

    plugin: str
    ready: bool


@dataclass(frozen=True)
class ClusterFacts:
    """What we find of ours in a cluster, in one look.

    :param namespaces: annotations by namespace.
    :param configured: annotations of the ConfigMap ``kube-public/local-registry-hosting``; None without it.
    :param ready_stores: names of the data stores (StatefulSets) with all replicas ready.
    :param network: what connects its pods; None where it does not say.
    """

    namespaces: Mapping[str, Mapping[str, str]]
    configured: Mapping[str, str] | None
    ready_stores: frozenset[str]
    network: NetworkFacts | None = None


@dataclass(frozen=True)
class Endpoint:
    """A cluster's API: its URL and its CA certificate (base64 of PEM, as in a kubeconfig)."""

    server: str
    ca: str


@dataclass(frozen=True)
class PodRun:
    """How a pod that was run to its end ended; ``message`` says why it never started, if so."""

    phase: str
    log: str
    message: str = ""

    @property
    def succeeded(self) -> bool:
        return self.phase == "Succeeded"


class PartState(StrEnum):
    """How a part of the platform stands to what is desired."""

    OK = "ok"
    MISSING = "missing"
    STOPPED = "stopped"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class PartStatus:
    """One row of `platform.status`: ``kind`` and ``name`` of the part, what it should be and what it is."""

    kind: str
    name: str
    state: PartState
    desired: str
    actual: str


@dataclass(frozen=True)
class PlatformStatus:
    """The whole platform of an instance, part by part."""

    instance: str
    parts: tuple[PartStatus, ...]

    @property
    def complete(self) -> bool:
        return all(part.state is PartState.OK for part in self.parts)


class Verdict(StrEnum):
    """What `platform.doctor` thinks of what it tried."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class CheckResult:
    """One trial of `platform.doctor`: what was found and, unless it is fine, what to do."""

    name: str
    verdict: Verdict
    found: str
    fix: str = ""
