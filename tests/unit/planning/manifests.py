"""Manifests that keep every convention."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from build_tasks.planning.charts.conventions import CHANGE_CAUSE, LABELS
from build_tasks.planning.charts.documents import HOOK

RELEASE = "delivery-v1-0-2"
IMAGE = "localhost:5001/delivery:v1.0.2@sha256:" + "a" * 64
CONTAINER: dict[str, Any] = {
    "name": "fabrikam-delivery",
    "image": IMAGE,
    "resources": {
        "requests": {"cpu": "10m", "memory": "64Mi"},
        "limits": {"cpu": "500m", "memory": "128Mi"},
    },
    "startupProbe": {"httpGet": {"path": "/healthz"}},
    "livenessProbe": {"httpGet": {"path": "/healthz"}},
    "readinessProbe": {"httpGet": {"path": "/readyz"}},
    "securityContext": {
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    },
}
POD: dict[str, Any] = {
    "securityContext": {"runAsNonRoot": True, "runAsUser": 10001},
    "containers": [CONTAINER],
}


def labels() -> dict[str, str]:
    return {label: "x" for label in LABELS}


def deployment(release: str = RELEASE, image: str = IMAGE) -> dict[str, Any]:
    """A Deployment of one container."""
    pod = deepcopy(POD)
    pod["containers"][0]["image"] = image
    return {
        "kind": "Deployment",
        "metadata": {"name": release, "labels": labels(), "annotations": {CHANGE_CAUSE: "v1.0.2"}},
        "spec": {"replicas": 2, "template": {"metadata": {"labels": labels()}, "spec": pod}},
    }


def smoke_test(release: str = RELEASE, image: str = IMAGE) -> dict[str, Any]:
    """A Pod that `helm test` runs."""
    pod = deepcopy(POD)
    pod["containers"][0]["image"] = image
    metadata = {"name": f"{release}-smoke", "labels": labels(), "annotations": {HOOK: "test"}}
    return {"kind": "Pod", "metadata": metadata, "spec": pod}
