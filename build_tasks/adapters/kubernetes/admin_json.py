"""The parts of kubectl's JSON that the platform reads, https://kubernetes.io/docs/reference/kubernetes-api/."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from build_tasks.model.local_platform import ClusterFacts, NetworkFacts, PodRun

_CONFIGURED = ("kube-public", "local-registry-hosting")
#: What the node image says of its pod network.
_NETWORK = ("kube-system", "pod-network")


class _Metadata(msgspec.Struct):
    name: str
    namespace: str = ""
    annotations: dict[str, str] = {}


class _Spec(msgspec.Struct):
    replicas: int = 1


class _Status(msgspec.Struct, rename="camel"):
    ready_replicas: int = 0
    desired_number_scheduled: int = 0
    number_ready: int = 0


class _Object(msgspec.Struct):
    kind: str
    metadata: _Metadata
    spec: _Spec = msgspec.field(default_factory=_Spec)
    status: _Status = msgspec.field(default_factory=_Status)
    data: dict[str, str] = {}


class _List(msgspec.Struct):
    items: list[_Object] = []


class _Reason(msgspec.Struct):
    reason: str = ""
    message: str = ""


class _Running(msgspec.Struct, rename="camel"):
    started_at: datetime | None = None


class _ContainerState(msgspec.Struct):
    waiting: _Reason | None = None
    running: _Running | None = None


class _Container(msgspec.Struct):
    ready: bool = False
    state: _ContainerState = msgspec.field(default_factory=_ContainerState)


class _PodStatus(msgspec.Struct, rename="camel"):
    phase: str = ""
    container_statuses: list[_Container] = []
    conditions: list[_Reason] = []


class _Pod(msgspec.Struct):
    status: _PodStatus


class _Pods(msgspec.Struct):
    items: list[_Pod]


def facts_of(text: str) -> ClusterFacts:
    """What `kubectl get namespaces,configmaps,statefulsets,daemonsets --output=json` says of ours."""
    found = msgspec.json.decode(text, type=_List).items
    configured = [
        o.metadata.annotations
        for o in found
        if o.kind == "ConfigMap" and (o.metadata.namespace, o.metadata.name) == _CONFIGURED
    ]
    return ClusterFacts(
        namespaces={o.metadata.name: o.metadata.annotations for o in found if o.kind == "Namespace"},
        configured=configured[0] if configured else None,
        ready_stores=frozenset(
            o.metadata.name
            for o in found
            if o.kind == "StatefulSet" and o.status.ready_replicas >= o.spec.replicas
        ),
        network=_network(found),
    )


def images_of(text: str) -> frozenset[str]:
    """Every image that a list of workloads names, in whatever kind of container and however deep."""
    return frozenset(_images(msgspec.json.decode(text)))


def _images(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        image = part.get("image")
        if isinstance(image, str):
            yield image
        for inner in part.values():
            yield from _images(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _images(inner)


def _network(found: list[_Object]) -> NetworkFacts | None:
    """The ConfigMap names the plugin; its agents are the DaemonSets that are ours."""
    for o in found:
        if o.kind == "ConfigMap" and (o.metadata.namespace, o.metadata.name) == _NETWORK:
            agents = [other.status for other in found if other.kind == "DaemonSet"]
            ready = all(a.number_ready >= max(1, a.desired_number_scheduled) for a in agents)
            return NetworkFacts(o.data.get("plugin", ""), ready)
    return None


def pod_run_of(text: str) -> PodRun:
    """A pod's phase and, while it waits, what it waits for."""
    status = msgspec.json.decode(text, type=_Pod).status
    waiting = [c.state.waiting for c in status.container_statuses if c.state.waiting]
    reasons = [f"{w.reason}: {w.message}" for w in (*waiting, *status.conditions) if w.reason]
    return PodRun(status.phase, "", "; ".join(reasons))


def are_back(text: str, since: datetime) -> bool:
    """Whether every pod of a list is ready, and not as it was before a moment at which none can have run.

    Pods that have ended need not be.
    """
    pods = [pod.status for pod in msgspec.json.decode(text, type=_Pods).items]
    return all(_is_back(pod, since.replace(microsecond=0)) for pod in pods if pod.phase != "Succeeded")


def _is_back(pod: _PodStatus, since: datetime) -> bool:
    """Kubernetes tells whole seconds."""
    started = [c.state.running.started_at for c in pod.container_statuses if c.ready and c.state.running]
    fresh = [at for at in started if at is not None and at >= since]
    return 0 < len(fresh) == len(pod.container_statuses)
