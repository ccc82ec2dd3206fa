"""Pods, Deployments and events in the words that explain a rollout."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from build_tasks.adapters.kubernetes.objects import Deployments, Event, Pod
from build_tasks.adapters.kubernetes.workload_states import event_line, pod_state, rollouts
from build_tasks.model.releases import PodState, Rollout

_NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


def _pod(status: dict[str, Any], **metadata: Any) -> PodState:
    described = {
        "metadata": {"name": "p", **metadata},
        "spec": {"containers": [{"image": "app:1"}]},
        "status": {"phase": "Running", **status},
    }
    return pod_state(msgspec.json.decode(json.dumps(described), type=Pod))


def _crashing(reason: str, message: str = "") -> dict[str, Any]:
    return {
        "restartCount": 3,
        "ready": False,
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s"}},
        "lastState": {"terminated": {"reason": reason, "exitCode": 137, "message": message}},
    }


def test_a_crash_loop_says_how_it_ended() -> None:
    pod = _pod({"containerStatuses": [_crashing("OOMKilled")]})
    assert (pod.reasons, pod.restarts, pod.message) == (("CrashLoopBackOff", "OOMKilled"), 3, "back-off 40s")


def test_the_longest_message_is_kept() -> None:
    pod = _pod({"containerStatuses": [_crashing("Error", "cannot open the database: permission denied")]})
    assert pod.message == "cannot open the database: permission denied"


def test_an_init_container_that_is_done_explains_nothing() -> None:
    done = {"ready": True, "state": {"terminated": {"reason": "Completed", "exitCode": 0}}}
    waiting = {"state": {"waiting": {"reason": "PodInitializing"}}}
    assert _pod({"initContainerStatuses": [done], "containerStatuses": [waiting]}).reasons == (
        "PodInitializing",
    )


def test_an_init_container_that_crashes_does() -> None:
    pod = _pod({"initContainerStatuses": [_crashing("Error")]})
    assert pod.reasons == ("CrashLoopBackOff", "Error")
    assert pod.restarts == 3


def test_a_container_that_recovered_has_no_reasons() -> None:
    healthy = {**_crashing("Error"), "ready": True, "state": {"running": {}}}
    ready = {"type": "Ready", "status": "True"}
    pod = _pod({"containerStatuses": [healthy], "conditions": [ready]})
    assert (pod.ready, pod.reasons, pod.restarts) == (True, (), 3)


def test_a_pod_that_was_evicted_says_so() -> None:
    pod = _pod({"phase": "Failed", "reason": "Evicted", "message": "low on memory"})
    assert (pod.reasons, pod.message) == (("Evicted",), "low on memory")


def test_a_pod_being_deleted_is_terminating() -> None:
    assert _pod({}, deletionTimestamp="2026-01-01T00:00:00Z").phase == "Terminating"


def _rollout(generation: int, status: dict[str, Any]) -> Rollout:
    metadata = {"name": "d", "uid": "second", "generation": generation}
    metadata |= {"annotations": {"deployment.kubernetes.io/revision": "2"}}
    template = {"spec": {"containers": [{"image": "app:2"}]}}
    deployment = {"kind": "Deployment", "metadata": metadata, "status": status}
    deployment |= {"spec": {"replicas": 2, "template": template}}
    return rollouts(msgspec.json.decode(json.dumps({"items": [*_SETS, deployment]}), type=Deployments).items)[
        0
    ]


_SETS = [
    {
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"{owner}-{number}",
            "labels": {"pod-template-hash": f"{uid}{number}"},
            "annotations": {"deployment.kubernetes.io/revision": str(number)},
            "ownerReferences": [{"kind": "Deployment", "name": owner, "uid": uid}],
        },
    }
    # "first" was removed a moment ago, and "second" made in its place
    for owner, uid in (("other", "other"), ("d", "first"), ("d", "second"))
    for number in (1, 2)
]


@pytest.mark.parametrize(
    ("generation", "status", "complete"),
    [
        (2, {"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}, True),
        (3, {"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}, False),
        (2, {"observedGeneration": 2, "replicas": 4, "updatedReplicas": 2, "availableReplicas": 2}, False),
        (2, {"observedGeneration": 2, "replicas": 3, "updatedReplicas": 2, "availableReplicas": 3}, True),
        (2, {"observedGeneration": 2, "replicas": 2, "updatedReplicas": 1, "availableReplicas": 2}, False),
        (1, {}, False),
    ],
)
def test_a_rollout_is_complete_with_its_own_pods(
    generation: int, status: dict[str, Any], complete: bool
) -> None:
    assert _rollout(generation, status).complete is complete


def test_a_rollout_knows_its_template_and_its_trouble() -> None:
    failure = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}
    rollout = _rollout(1, {"conditions": [failure]})
    assert (rollout.template, rollout.trouble, rollout.image) == ("second2", "exceeded quota", "app:2")


@pytest.mark.parametrize(
    ("fields", "age"),
    [
        ({"lastTimestamp": "2026-01-01T11:59:48Z", "eventTime": None}, "12s"),
        ({"lastTimestamp": None, "eventTime": "2026-01-01T11:30:00.123456Z"}, "29m"),
        ({"series": {"lastObservedTime": "2026-01-01T06:00:00.000000Z"}}, "6h"),
        ({}, "3d"),
    ],
)
def test_an_event_in_one_line(fields: dict[str, Any], age: str) -> None:
    described = {
        "metadata": {"name": "e", "creationTimestamp": "2025-12-29T00:00:00Z"},
        "involvedObject": {"kind": "Pod", "name": "p-1"},
        "reason": "BackOff",
        "message": "Back-off\n  restarting",
        **fields,
    }
    event = msgspec.json.decode(json.dumps(described), type=Event)
    assert event_line(event, _NOW) == f"{age} BackOff pod/p-1: Back-off restarting"
