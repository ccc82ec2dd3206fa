"""The line of a chart's files that a finding is about."""

from __future__ import annotations

import pytest

from build_tasks.planning.charts.documents import documents
from build_tasks.planning.charts.places import ChartFiles
from build_tasks.planning.charts.violation import Violation

RELEASE = "x-v1-0-2"
POD = ("spec", "template", "spec")
CHART = "services/x/chart"
PLAIN = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {}
spec:
  {{- if not .Values.autoscaling }}
  replicas: 1
  {{- end }}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: x
    spec:
      containers:
        - name: proxy
          image: proxy:latest
        - name: x
          image: {{ .Values.image }}
          # What it may use.
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
          securityContext:
            capabilities:
              drop: [NET_RAW]
"""
THIN = """{{ include "lib.deployment" (dict
  "root" .
  "component" "api"
) }}
"""
LIBRARY = """{{/* A name. */}}
{{- define "lib.metadata" -}}
metadata:
  name: {{ .root.Release.Name }}
{{- end }}

{{- define "lib.deployment" -}}
{{- $x := 1 -}}
kind: Deployment
{{ include "lib.metadata" . }}
spec:
  template:
    spec:
      {{- include "lib.pod" . | nindent 6 }}
{{- end }}

{{- define "lib.pod" -}}
containers:
  - name: {{ .container }}
    image: y
    resources: {{- toYaml .root.Values.resources | nindent 6 }}
{{- end }}
"""
VALUES = "image: x\nresources:\n  limits:\n    memory: 1Gi\n"


def files(template: str, overlay: str = "{}\n") -> ChartFiles:
    """A chart of one template, and a library chart below it."""
    return ChartFiles(
        {"x": CHART, "x/charts/lib": "services/lib/chart"},
        {f"{CHART}/templates/deployment.yaml": template, "services/lib/chart/templates/_lib.tpl": LIBRARY},
        {f"{CHART}/values-qa.yaml": overlay, f"{CHART}/values.yaml": VALUES},
    )


def place(template: str, *path: str, container: str = "", name: str = RELEASE, overlay: str = "{}\n") -> str:
    source, subject = "x/templates/deployment.yaml", f"Deployment/{name}"
    told = files(template, overlay).told(Violation("wrong", path, container, subject, source), RELEASE)
    assert f": Deployment/{name}: " in told
    return told.partition(": Deployment")[0].removeprefix(f"{CHART}/")


@pytest.mark.parametrize(
    ("path", "container", "line"),
    [
        (("metadata", "name"), "", 4),
        (("metadata", "labels", "helm.sh/chart"), "", 5),
        (("metadata", "annotations", "a"), "", 3),
        ((*POD[:2], "metadata", "labels", "app.kubernetes.io/name"), "", 13),
        ((*POD, "containers", "image"), "proxy", 17),
        ((*POD, "containers", "livenessProbe"), "x", 18),
        ((*POD, "containers", "image"), "another", 15),
        ((*POD, "containers", "securityContext", "capabilities", "drop"), "x", 25),
        ((*POD, "initContainers", "image"), "x", 14),
        (("kind",), "", 2),
        ((), "", 1),
    ],
)
def test_the_line_of_the_key_or_of_the_nearest_above_it(
    path: tuple[str, ...], container: str, line: int
) -> None:
    assert place(PLAIN, *path, container=container) == f"templates/deployment.yaml:{line}"


LIMITS = (*POD, "containers", "resources", "limits")


@pytest.mark.parametrize(
    ("overlay", "key", "where"),
    [
        ("{}\n", "cpu", "values.yaml:3"),
        ("{}\n", "memory", "values.yaml:4"),
        ("# Less.\nresources:\n  limits: {}\n", "cpu", "values-qa.yaml:3"),
        ("resources: {}\n", "cpu", "values.yaml:3"),
        ("resources: [\n", "cpu", "values.yaml:3"),
    ],
)
@pytest.mark.parametrize("template", [PLAIN, THIN])
def test_what_comes_from_values(template: str, overlay: str, key: str, where: str) -> None:
    assert place(template, *LIMITS, key, container="x", overlay=overlay) == where


def test_a_value_on_the_key_s_own_line() -> None:
    assert place(PLAIN, *POD, "containers", "image", container="x") == "values.yaml:1"


def test_what_the_values_do_not_have_is_the_template_s() -> None:
    template = PLAIN.replace(".Values.resources", ".Values.limits")
    assert place(template, *LIMITS, "cpu", container="x") == "templates/deployment.yaml:21"


def test_what_a_library_makes_is_told_with_who_uses_it() -> None:
    told = files(THIN).told(
        Violation(
            "wrong",
            (*POD, "containers", "image"),
            "x",
            f"Deployment/{RELEASE}",
            "x/templates/deployment.yaml",
        ),
        RELEASE,
    )
    assert told == (
        f"services/lib/chart/templates/_lib.tpl:20: Deployment/{RELEASE}: container x: wrong "
        f"(used by {CHART}/templates/deployment.yaml:1)"
    )


@pytest.mark.parametrize(("path", "line"), [(("metadata", "name"), 4), (("spec", "replicas"), 11)])
def test_keys_of_a_library(path: tuple[str, ...], line: int) -> None:
    assert place(THIN, *path) == f"services/lib/chart/templates/_lib.tpl:{line}"


def test_one_document_of_several() -> None:
    smoke = '# The smoke test.\n{{ include "lib.deployment" (dict "part" "smoke") }}\n'
    template = f"kind: Service\n---\n{THIN}---\n{smoke}"
    source = "x/templates/deployment.yaml"
    of_both = [
        files(template).told(Violation("wrong", ("nothing",), "", f"Deployment/{name}", source), RELEASE)
        for name in (RELEASE, f"{RELEASE}-smoke")
    ]
    assert [told.partition(": Deployment")[0] for told in of_both] == [
        f"{CHART}/templates/deployment.yaml:3",
        f"{CHART}/templates/deployment.yaml:9",
    ]


def test_what_cannot_be_found_is_told_without_a_line() -> None:
    some = files(PLAIN)
    assert some.told(Violation("wrong", source="x/templates/gone.yaml"), RELEASE).startswith(
        f"{CHART}/templates/"
    )
    assert some.told(Violation("wrong"), RELEASE) == "wrong"


def test_templates_of_a_chart_below() -> None:
    assert files(PLAIN).path("x/charts/lib/templates/a.yaml") == "services/lib/chart/templates/a.yaml"
    assert files(PLAIN).path("y/templates/a.yaml") == "y/templates/a.yaml"


def test_documents_know_their_templates() -> None:
    rendered = "---\n# Source: x/templates/a.yaml\nkind: A\n---\n# Source: x/templates/b.yaml\n---\nkind: C\n"
    assert [(d.source, d.content) for d in documents(rendered)] == [
        ("x/templates/a.yaml", {"kind": "A"}),
        ("", {"kind": "C"}),
    ]
