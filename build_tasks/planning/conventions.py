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
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
_TAG = re.compile(r":(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})(@|$)")
Manifest = Mapping[str, Any]


def violations(manifests: Sequence[Manifest], release: str) -> list[str]:
    """Every violation, each as ``Kind/name: what``.

    :param manifests: a rendered chart, without empty documents.
    :param release: name of the Helm release it was rendered for.
    """
    found: list[str] = []
    for manifest in manifests:
        where = f"{manifest.get('kind')}/{manifest.get('metadata', {}).get('name')}"
        found += [f"{where}: {problem}" for problem in _problems(manifest, release)]
    return found


def _problems(manifest: Manifest, release: str) -> Iterator[str]:
    metadata = manifest.get("metadata", {})
    yield from (f"label {label} is missing" for label in LABELS if not metadata.get("labels", {}).get(label))
    if not str(metadata.get("name", "")).startswith(release):
        yield f"its name does not start with the release's ({release}): two versions could not run side by side"
    kind = manifest.get("kind")
    if kind in _WORKLOADS:
        if not metadata.get("annotations", {}).get(CHANGE_CAUSE):
            yield f"annotation {CHANGE_CAUSE} is missing"
        template = manifest.get("spec", {}).get("template", {})
        labels = template.get("metadata", {}).get("labels", {})
        yield from (f"its pods lack the label {label}" for label in LABELS[:6] if not labels.get(label))
        yield from _pod_problems(template.get("spec", {}), probes=True)
    elif kind == "Job":
        yield from _pod_problems(manifest.get("spec", {}).get("template", {}).get("spec", {}), probes=False)
    elif kind == "Pod":
        yield from _pod_problems(manifest.get("spec", {}), probes=False)


def _pod_problems(pod: Manifest, *, probes: bool) -> Iterator[str]:
    context = pod.get("securityContext", {})
    for container in [*pod.get("initContainers", []), *pod.get("containers", [])]:
        for problem in _container_problems(container, context):
            yield f"container {container.get('name')}: {problem}"
    for container in pod.get("containers", []) if probes else []:
        for probe in ("livenessProbe", "readinessProbe"):
            if probe not in container:
                yield f"container {container.get('name')}: {probe} is missing"


def _container_problems(container: Manifest, pod_context: Manifest) -> Iterator[str]:
    yield from _image_problems(str(container.get("image", "")))
    limits = container.get("resources", {}).get("limits", {})
    yield from (f"resources.limits.{what} is missing" for what in ("cpu", "memory") if what not in limits)
    context = {**pod_context, **container.get("securityContext", {})}
    if context.get("runAsNonRoot") is not True:
        yield "securityContext.runAsNonRoot is not true"
    if context.get("runAsUser") == 0:
        yield "it runs as root (runAsUser: 0)"
    if context.get("readOnlyRootFilesystem") is not True:
        yield "securityContext.readOnlyRootFilesystem is not true"
    if context.get("allowPrivilegeEscalation") is not False:
        yield "securityContext.allowPrivilegeEscalation is not false"


def _image_problems(image: str) -> Iterator[str]:
    tag = _TAG.search(image.rpartition("/")[2])
    if tag is None:
        yield f"image {image} has no tag"
    elif tag["tag"] == "latest":
        yield f"image {image}: latest says nothing, deploy a version"
    if not _DIGEST.search(image):
        yield f"image {image} is not pinned by digest"
