"""Charts that the contract tests of Helm write."""

from __future__ import annotations

from pathlib import Path

_HELPERS = """{{- define "demo.deep" -}}
{{ .Values.absent.deep }}
{{- end }}
"""

_CONFIG = """apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
data:
  image: {{ .Values.image | quote }}
"""


def write_library(folder: Path, *, version: str = "1.0.0") -> Path:
    """A library chart named ``library`` whose one template gives a line of a ConfigMap's data."""
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    (folder / "Chart.yaml").write_text(f"apiVersion: v2\nname: library\ntype: library\nversion: {version}\n")
    (folder / "templates" / "_line.tpl").write_text('{{- define "library.line" }}from: library{{ end }}\n')
    return folder


def depending_on_library() -> str:
    """Text of a Chart.yaml whose dependency, on line 5, is the chart in the folder ``library`` beside it."""
    return """apiVersion: v2
name: demo
version: 0.0.0
dependencies:
  - {name: library, version: 1.0.0, repository: file://../library}
"""


def write_chart(folder: Path, *, extra: str = "", chart: str = "", schema: str = "") -> Path:
    """A chart named demo with one ConfigMap.

    :param extra: lines to add to the ConfigMap's template; its first is line 8.
    :param chart: text of Chart.yaml in place of a good one.
    :param schema: text of values.schema.json.
    """
    templates = folder / "templates"
    templates.mkdir(parents=True, exist_ok=True)
    good = (
        'apiVersion: v2\nname: demo\nversion: 0.0.0\nappVersion: "0.0.0"\nicon: https://example.com/i.png\n'
    )
    (folder / "Chart.yaml").write_text(chart or good)
    (folder / "values.yaml").write_text("image: none\n")
    (templates / "_helpers.tpl").write_text(_HELPERS)
    (templates / "config.yaml").write_text(_CONFIG + extra)
    if schema:
        (folder / "values.schema.json").write_text(schema)
    return folder
