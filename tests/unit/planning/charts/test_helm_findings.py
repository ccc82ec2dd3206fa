"""Helm's findings, with the repository's files in place of the archive's."""

from __future__ import annotations

import pytest

from build_tasks.planning.charts.helm_findings import in_repository
from build_tasks.planning.charts.places import ChartFiles

CHART = "services/x/chart"
FILES = ChartFiles(
    {"x": CHART, "x/charts/lib": "services/lib/chart"},
    {},
    {
        f"{CHART}/values-qa.yaml": "log:\n  level: no\n",
        f"{CHART}/values.yaml": "a: 1\nlog:\n  level: info\nb: 2\n",
    },
)


@pytest.mark.parametrize(
    ("told", "left"),
    [
        (
            "x/templates/a.yaml:7:5: at <.a>: nil pointer",
            f"{CHART}/templates/a.yaml:7:5: at <.a>: nil pointer",
        ),
        ("x/charts/lib/templates/_a.tpl:2:1: bad", "services/lib/chart/templates/_a.tpl:2:1: bad"),
        ("[WARNING] templates/two.yaml: no name", f"[WARNING] {CHART}/templates/two.yaml: no name"),
        ("[ERROR] Chart.yaml: version is required", f"[ERROR] {CHART}/Chart.yaml: version is required"),
        (
            "[ERROR] templates/a.yaml: unable to parse YAML: error converting YAML to JSON: yaml: line 6: no",
            f"[ERROR] {CHART}/templates/a.yaml: not valid YAML once rendered: line 6: no",
        ),
        ("- at '/b': got number", f"{CHART}/values.yaml:4: b: got number"),
        ("[ERROR] values.yaml: - at '/log/level': not so", f"{CHART}/values-qa.yaml:2: log.level: not so"),
        ("- at '/gone': missing", f"{CHART}/values.yaml: gone: missing"),
        (
            "- at '': additional properties 'b' not allowed",
            f"{CHART}/values.yaml:4: values: additional properties 'b' not allowed",
        ),
        (
            "image localhost:5001/x/templates/a is not there",
            "image localhost:5001/x/templates/a is not there",
        ),
        ("y/templates/a.yaml:1: of another chart", "y/templates/a.yaml:1: of another chart"),
    ],
)
def test_one_finding(told: str, left: str) -> None:
    assert in_repository([told], FILES, CHART) == [left]


def test_a_schema_s_findings_come_once_and_without_heading() -> None:
    told = [
        "[ERROR] values.yaml: - at '/a': no\n- at '/b': no",
        "[ERROR] values don't meet the specifications of the schema(s) in the following chart(s):\n"
        "x:\n- at '/a': no\n- at '/b': no",
    ]
    assert in_repository(told, FILES, CHART) == [
        f"{CHART}/values.yaml:1: a: no",
        f"{CHART}/values.yaml:4: b: no",
    ]
