"""From Kubernetes' own objects to the words that explain a rollout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from build_tasks.adapters.kubernetes.objects import (
    Cause,
    ContainerStatus,
    Deployment,
    Event,
    Events,
    Pod,
    ReplicaSet,
)
from build_tasks.model.releases import REPLICAS_WHEN_LIVE, TEMPLATE_LABEL, PodState, Rollout

_CHANGE_CAUSE = "kubernetes.io/change-cause"
#: On a Deployment and its ReplicaSets, by the controller; it ties the present template to its pods.
_REVISION = "deployment.kubernetes.io/revision"


def pod_state(pod: Pod) -> PodState:
    """A pod; ``phase`` is ``Terminating`` for one that is being deleted, as kubectl shows it."""
    status = pod.status
    causes = [cause for cause in _causes(pod) if cause.reason]
    messages = [cause.message for cause in causes]
    containers = [*status.init_container_statuses, *status.container_statuses]
    return PodState(
        name=pod.metadata.name,
        phase="Terminating" if pod.metadata.deletion_timestamp else status.phase,
        ready=any(c.type == "Ready" and c.status == "True" for c in status.conditions),
        restarts=sum(container.restart_count for container in containers),
        reasons=tuple(dict.fromkeys(cause.reason for cause in causes)),
        message=max(messages, key=len, default=""),
        image=pod.spec.containers[0].image if pod.spec.containers else "",
        labels=pod.metadata.labels,
    )


def rollouts(items: Sequence[Deployment | ReplicaSet]) -> Sequence[Rollout]:
    """The Deployments among the items, each with what its ReplicaSets say."""
    sets = [item for item in items if isinstance(item, ReplicaSet)]
    return [_rollout(item, sets) for item in items if isinstance(item, Deployment)]


def _rollout(deployment: Deployment, sets: Sequence[ReplicaSet]) -> Rollout:
    """A Deployment's progress.

    Its status counts available pods of old and new templates together. Old pods that are still there are
    taken off, so that ``available`` never speaks for a pod of the version before.
    """
    status, metadata = deployment.status, deployment.metadata
    old = max(0, status.replicas - status.updated_replicas)
    containers = deployment.spec.template.spec.containers
    return Rollout(
        name=metadata.name,
        desired=deployment.spec.replicas,
        updated=status.updated_replicas,
        available=max(0, status.available_replicas - old),
        observed=status.observed_generation >= metadata.generation,
        labels=metadata.labels,
        change_cause=metadata.annotations.get(_CHANGE_CAUSE, ""),
        image=containers[0].image if containers else "",
        template=_template(deployment, sets),
        when_live=_when_live(metadata.annotations.get(REPLICAS_WHEN_LIVE, "")),
        trouble=next((c.message for c in status.conditions if c.type == "ReplicaFailure"), ""),
    )


def _when_live(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 1


def _template(deployment: Deployment, sets: Sequence[ReplicaSet]) -> str:
    present = deployment.metadata.annotations.get(_REVISION)
    for one in sets:
        # By its uid: one of this name that was removed a moment ago leaves its own behind for a while.
        owned = any(owner.uid == deployment.metadata.uid for owner in one.metadata.owner_references)
        if owned and one.metadata.annotations.get(_REVISION) == present:
            return one.metadata.labels.get(TEMPLATE_LABEL, "")
    return ""


def event_lines(document: str, name_prefix: str) -> list[str]:
    """Events of objects whose name starts so, as kubectl gives them in JSON: oldest first, one line each."""
    found = msgspec.json.decode(document, type=Events).items
    ours = sorted((e for e in found if e.involved_object.name.startswith(name_prefix)), key=lambda e: e.when)
    now = datetime.now(UTC)
    return [event_line(event, now) for event in ours]


def event_line(event: Event, now: datetime) -> str:
    """``<age> <reason> <object>: <message>``, the message on one line."""
    about = f"{event.involved_object.kind.lower()}/{event.involved_object.name}"
    seconds = max(0, int((now - event.when).total_seconds()))
    return f"{_age(seconds)} {event.reason} {about}: {' '.join(event.message.split())}"


def _causes(pod: Pod) -> Iterator[Cause]:
    status = pod.status
    for container in status.init_container_statuses:
        # An init container that has done its work says "Completed" ever after.
        yield from (cause for cause in _container_causes(container) if cause.reason != "Completed")
    for container in status.container_statuses:
        yield from _container_causes(container)
    for condition in status.conditions:
        if condition.type == "PodScheduled" and condition.status == "False":
            yield Cause(condition.reason, condition.message)
    yield Cause(status.reason, status.message)


def _container_causes(container: ContainerStatus) -> Iterator[Cause]:
    states = (container.state,) if container.ready else (container.state, container.last_state)
    for state in states:
        for cause in (state.waiting, state.terminated):
            if cause:
                yield cause


def _age(seconds: int) -> str:
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
