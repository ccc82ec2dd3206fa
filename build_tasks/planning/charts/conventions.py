"""The conventions that a service's chart keeps (the article's, and the platform's)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from build_tasks.model.releases import REPLICAS_WHEN_LIVE
from build_tasks.planning.charts.documents import Document, Manifest, is_test, within
from build_tasks.planning.charts.pod_conventions import pod_violations
from build_tasks.planning.charts.violation import Violation

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
_SERVING = ("Deployment", "StatefulSet", "DaemonSet")
#: Where an object of that kind has the template of its pods.
_TEMPLATES = {
    **dict.fromkeys((*_SERVING, "Job"), ("spec", "template")),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}


def chart_violations(chart: str, files: Collection[str], environments: Sequence[str]) -> list[Violation]:
    """What is missing from the chart's own files.

    :param chart: the chart's folder, relative to the root.
    :param files: names of the files in it.
    :param environments: the environments that the service goes to.
    """
    wanted = {"values.schema.json": "a misspelt value would be taken for one that was not given"}
    for name in environments:
        wanted[f"values-{name}.yaml"] = f"what differs in {name} is said there, if only that nothing does"
    return [
        Violation(f"it is missing: {why}", source=f"{chart}/{name}")
        for name, why in wanted.items()
        if name not in files
    ]


def violations(made: Sequence[Document], release: str, *, worker: bool) -> list[Violation]:
    """What is wrong with a chart's objects, one by one and together.

    :param made: a rendered chart, without empty documents.
    :param release: name of the Helm release it was rendered for.
    :param worker: whether the service is one: nothing asks it, and it has no pods until its version is live.
    """
    found: list[Violation] = []
    for document in made:
        if not isinstance(document.content, dict):
            text = f"{str(document.content)[:40]!r} is not a Kubernetes object"
            found.append(Violation(text, source=document.source))
            continue
        subject = f"{document.content.get('kind')}/{within(document.content, 'metadata').get('name')}"
        problems = [*_object(document.content, release)]
        problems += _of_a_worker(document.content) if worker else ()
        found += [replace(problem, subject=subject, source=document.source) for problem in problems]
    if not any(is_test(document.content) for document in made):
        found.append(
            Violation("no object is a `helm test` hook (helm.sh/hook: test): nothing can verify a version")
        )
    return found


def _object(manifest: Manifest, release: str) -> Iterator[Violation]:
    labels = within(manifest, "metadata", "labels")
    yield from (
        Violation(f"label {label} is missing", ("metadata", "labels", label))
        for label in LABELS
        if not labels.get(label)
    )
    if not str(within(manifest, "metadata").get("name", "")).startswith(release):
        message = f"its name does not start with {release}: two versions could not run side by side"
        yield Violation(message, ("metadata", "name"))
    kind = str(manifest.get("kind"))
    if kind in _SERVING:
        yield from _annotated(manifest, CHANGE_CAUSE)
    if kind == "Pod":
        yield from pod_violations(within(manifest, "spec"), ("spec",), probes=False)
    elif kind in _TEMPLATES:
        yield from _template(manifest, _TEMPLATES[kind], probes=kind in _SERVING)


def _annotated(manifest: Manifest, annotation: str) -> Iterator[Violation]:
    if not within(manifest, "metadata", "annotations").get(annotation):
        yield Violation(f"annotation {annotation} is missing", ("metadata", "annotations", annotation))


def _template(manifest: Manifest, path: tuple[str, ...], *, probes: bool) -> Iterator[Violation]:
    labels = within(manifest, *path, "metadata", "labels")
    yield from (
        Violation(f"its pods lack the label {label}", (*path, "metadata", "labels", label))
        for label in LABELS[:6]
        if not labels.get(label)
    )
    yield from pod_violations(within(manifest, *path, "spec"), (*path, "spec"), probes=probes)


def _of_a_worker(manifest: Manifest) -> Iterator[Violation]:
    if manifest.get("kind") == "Deployment":
        yield from _annotated(manifest, REPLICAS_WHEN_LIVE)
    if manifest.get("kind") == "Service":
        yield Violation("a worker has no Service: nothing asks it, and it moves by its replicas", ("kind",))
