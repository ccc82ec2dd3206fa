"""The conventions that pods keep: restricted, limited, pinned, probed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from build_tasks.planning.charts.documents import Manifest, within
from build_tasks.planning.charts.violation import Violation

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


def pod_violations(pod: Manifest, above: tuple[str, ...], *, probes: bool) -> Iterator[Violation]:
    """What is wrong with a pod's specification.

    :param above: the keys that lead to it.
    :param probes: whether something serves there, so that Kubernetes has to ask how it is.
    """
    for kind in ("initContainers", "containers"):
        listed = pod.get(kind)
        for container in map(within, listed if isinstance(listed, list) else ()):
            name = str(container.get("name"))
            for key, message in _container(container, probes=probes and kind == "containers"):
                yield Violation(message, (*above, kind, *key.split(".")), name)
            for in_pod, key, message in _user(pod, container):
                place = above if in_pod else (*above, kind)
                yield Violation(message, (*place, "securityContext", key), name)


def _container(container: Manifest, *, probes: bool) -> Iterator[tuple[str, str]]:
    """Key (with dots) and message of each violation."""
    yield from (("image", problem) for problem in _image_problems(str(container.get("image") or "")))
    for key in ("limits", "requests"):
        have = within(container, "resources", key)
        lacks = [f"resources.{key}.{what}" for what in ("cpu", "memory") if not have.get(what)]
        yield from ((path, f"{path} is missing") for path in lacks)
    yield from _privileges(within(container, "securityContext"))
    lacks = [probe for probe in _PROBES if probes and not container.get(probe)]
    yield from ((probe, f"{probe} is missing") for probe in lacks)


def _user(pod: Manifest, container: Manifest) -> Iterator[tuple[bool, str, str]]:
    """Who it runs as: of what is asked here, only this can be said for the whole pod.

    :returns: whether the pod says it, the key, and the message of each violation.
    """
    own, context = within(container, "securityContext"), within(pod, "securityContext")
    said = {key: own.get(key, context.get(key)) for key in ("runAsNonRoot", "runAsUser")}
    in_pod = {key: key in context and key not in own for key in said}
    if said["runAsNonRoot"] is not True:
        yield in_pod["runAsNonRoot"], "runAsNonRoot", "securityContext.runAsNonRoot is not true"
    user = said["runAsUser"]
    if not isinstance(user, int) or isinstance(user, bool):
        # Without a number the kubelet cannot tell whether the user is root before the pod starts.
        yield in_pod["runAsUser"], "runAsUser", "securityContext.runAsUser is not a number"
    elif user == 0:
        yield in_pod["runAsUser"], "runAsUser", "it runs as root (runAsUser: 0)"


def _privileges(own: Manifest) -> Iterator[tuple[str, str]]:
    if own.get("readOnlyRootFilesystem") is not True:
        yield "securityContext.readOnlyRootFilesystem", "securityContext.readOnlyRootFilesystem is not true"
    if own.get("allowPrivilegeEscalation") is not False:
        yield (
            "securityContext.allowPrivilegeEscalation",
            "securityContext.allowPrivilegeEscalation is not false",
        )
    if "ALL" not in (within(own, "capabilities").get("drop") or []):
        yield "securityContext.capabilities.drop", "securityContext.capabilities.drop does not say ALL"


def _image_problems(image: str) -> Iterator[str]:
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    if tag == "latest":
        yield f"image {image}: latest says nothing, deploy a version"
    if not _DIGEST.fullmatch(digest):
        yield f"image {image} is not pinned by digest"
