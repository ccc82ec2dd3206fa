"""The conventions that a service's rendered manifests keep (the article's, and the platform's)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

#: Labels of every object (https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/).
LABELS = (
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/version",
    "app.kubernetes.io/managed-by",
    "app.kubernetes.io/component",
    "app.kubernetes.io/part-of",
    "helm.sh/chart",
)
CHANGE_CAUSE = "kubernetes.io/change-cause"
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
Manifest = Mapping[str, Any]


def violations(manifests: Sequence[object], release: str) -> list[str]:
    """Every violation, each as ``Kind/name: what``.

    :param manifests: a rendered chart, without empty documents.
    :param release: name of the Helm release it was rendered for.
    """
    found: list[str] = []
    for document in manifests:
        if not isinstance(document, dict):
            found.append(f"{str(document)[:40]!r} is not a Kubernetes object")
            continue
        where = f"{document.get('kind')}/{_in(document, 'metadata').get('name')}"
        found += [f"{where}: {problem}" for problem in _problems(document, release)]
    return found


def _in(manifest: object, *path: str) -> Manifest:
    """What stands at a path; empty where nothing does (YAML's ``labels:`` alone is null)."""
    for key in path:
        manifest = manifest.get(key) if isinstance(manifest, dict) else None
    return manifest if isinstance(manifest, dict) else {}


def _problems(manifest: Manifest, release: str) -> Iterator[str]:
    labels = _in(manifest, "metadata", "labels")
    yield from (f"label {label} is missing" for label in LABELS if not labels.get(label))
    if not str(_in(manifest, "metadata").get("name", "")).startswith(release):
        yield f"its name does not start with {release}: two versions could not run side by side"
    match manifest.get("kind"):
        case kind if kind in _WORKLOADS:
            yield from _workload_problems(manifest)
        case "Job":
            yield from _pod_problems(_in(manifest, "spec", "template", "spec"), probes=False)
        case "CronJob":
            pod = _in(manifest, "spec", "jobTemplate", "spec", "template", "spec")
            yield from _pod_problems(pod, probes=False)
        case "Pod":
            yield from _pod_problems(_in(manifest, "spec"), probes=False)


def _workload_problems(manifest: Manifest) -> Iterator[str]:
    if not _in(manifest, "metadata", "annotations").get(CHANGE_CAUSE):
        yield f"annotation {CHANGE_CAUSE} is missing"
    labels = _in(manifest, "spec", "template", "metadata", "labels")
    yield from (f"its pods lack the label {label}" for label in LABELS[:6] if not labels.get(label))
    yield from _pod_problems(_in(manifest, "spec", "template", "spec"), probes=True)


def _pod_problems(pod: Manifest, *, probes: bool) -> Iterator[str]:
    context = _in(pod, "securityContext")
    containers = pod.get("containers") or []
    for container in [*(pod.get("initContainers") or []), *containers]:
        for problem in _container_problems(container, context):
            yield f"container {container.get('name')}: {problem}"
    for container in containers if probes else []:
        for probe in ("livenessProbe", "readinessProbe"):
            if not container.get(probe):
                yield f"container {container.get('name')}: {probe} is missing"


def _container_problems(container: Manifest, pod_context: Manifest) -> Iterator[str]:
    yield from _image_problems(str(container.get("image") or ""))
    limits = _in(container, "resources", "limits")
    yield from (f"resources.limits.{what} is missing" for what in ("cpu", "memory") if not limits.get(what))
    own = _in(container, "securityContext")
    # Of what is asked here, only who it runs as can be said for the whole pod.
    if own.get("runAsNonRoot", pod_context.get("runAsNonRoot")) is not True:
        yield "securityContext.runAsNonRoot is not true"
    if own.get("runAsUser", pod_context.get("runAsUser")) == 0:
        yield "it runs as root (runAsUser: 0)"
    if own.get("readOnlyRootFilesystem") is not True:
        yield "securityContext.readOnlyRootFilesystem is not true"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "securityContext.allowPrivilegeEscalation is not false"


def _image_problems(image: str) -> Iterator[str]:
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    if tag == "latest":
        yield f"image {image}: latest says nothing, deploy a version"
    if not _DIGEST.fullmatch(digest):
        yield f"image {image} is not pinned by digest"
