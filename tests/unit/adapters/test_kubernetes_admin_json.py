"""What is read from kubectl's JSON about the pods' network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from build_tasks.adapters.kubernetes.admin_json import facts_of
from build_tasks.model.local_platform import NetworkFacts


def _object(kind: str, name: str, **rest: Any) -> Mapping[str, Any]:
    return {"kind": kind, "metadata": {"name": name, "namespace": "kube-system"}, **rest}


def _network(*objects: Mapping[str, Any]) -> NetworkFacts | None:
    return facts_of(json.dumps({"items": objects})).network


def test_a_bridge_needs_no_agent() -> None:
    said = _object("ConfigMap", "pod-network", data={"plugin": "bridge"})
    assert _network(said) == NetworkFacts("bridge", ready=True)


@pytest.mark.parametrize(
    ("status", "ready"),
    [
        ({"desiredNumberScheduled": 1, "numberReady": 1}, True),
        ({"desiredNumberScheduled": 1, "numberReady": 0}, False),
        ({"desiredNumberScheduled": 0, "numberReady": 0}, False),
    ],
)
def test_an_agent_must_be_ready_on_each_node(status: Mapping[str, int], ready: bool) -> None:
    said = _object("ConfigMap", "pod-network", data={"plugin": "cilium"})
    assert _network(said, _object("DaemonSet", "cilium", status=status)) == NetworkFacts("cilium", ready)


def test_a_cluster_that_does_not_say() -> None:
    assert _network(_object("ConfigMap", "another")) is None
