"""Which charts of the repository a chart stands on."""

from __future__ import annotations

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.planning.charts.dependencies import ChartDependency, chart_dependencies

LIBRARY = {"services/shared/chart/Chart.yaml": "name: microservice\nversion: 1.0.0\n"}


def depending(name: str = "microservice", version: str = "1.0.0", at: str = "../../shared/chart") -> str:
    """A Chart.yaml with one dependency, which begins on line 4."""
    where = at if "://" in at else f"file://{at}"
    return f"""name: x
version: 0.0.0
dependencies:
  - name: {name}
    version: {version}
    repository: {where}
"""


def found(chart: str, **others: str) -> list[ChartDependency]:
    files = {**LIBRARY, "services/x/chart/Chart.yaml": chart, **others}
    return chart_dependencies("services/x/chart", files.get)


def test_a_chart_of_the_repository() -> None:
    assert found(depending()) == [ChartDependency("services/shared/chart", "charts/microservice")]


def test_dependencies_of_a_dependency_lie_inside_it() -> None:
    files = {
        "services/x/chart/Chart.yaml": depending("web", "2.0.0", "../../web/chart"),
        "services/web/chart/Chart.yaml": depending().replace(
            "name: x\nversion: 0.0.0", "name: web\nversion: 2.0.0"
        ),
        **LIBRARY,
    }
    assert chart_dependencies("services/x/chart", files.get) == [
        ChartDependency("services/web/chart", "charts/web"),
        ChartDependency("services/shared/chart", "charts/web/charts/microservice"),
    ]


@pytest.mark.parametrize("chart", ["name: x\n", "", "dependencies:\n", "dependencies: []\n", "- a list\n"])
def test_none(chart: str) -> None:
    assert found(chart) == []


def test_what_is_no_chart_stands_on_nothing() -> None:
    assert chart_dependencies("services/gone/chart", LIBRARY.get) == []


@pytest.mark.parametrize(
    ("chart", "why"),
    [
        (
            depending(at="https://charts.example.org"),
            "its repository is 'https://charts.example.org', and not",
        ),
        (depending(at="oci://registry.example.org/charts"), "its repository is 'oci://"),
        (depending().replace("repository", "alias"), "its repository is '', and not a folder"),
        (depending(at="../../../../chart"), "file://../../../../chart is outside the repository"),
        (depending(at="/srv/chart"), "file:///srv/chart is outside the repository"),
        (depending(at="../../gone/chart"), "there is no chart in services/gone/chart"),
        (depending(at="../chart"), "services/x/chart stands on itself"),
        (depending(name="other"), "the chart in services/shared/chart is called microservice"),
        (depending(version="1.1.0"), "it asks for version 1.1.0, services/shared/chart has exactly 1.0.0"),
        (depending(version="^1.0.0"), "it asks for version ^1.0.0, services/shared/chart has exactly 1.0.0"),
        (depending(version='""'), "it asks for version nothing, services/shared/chart has exactly 1.0.0"),
    ],
)
def test_refused_with_file_and_line(chart: str, why: str) -> None:
    with pytest.raises(FlowError) as refused:
        found(chart)
    assert refused.value.code is ExitCode.CHART_REFUSED
    assert refused.value.why.startswith("services/x/chart/Chart.yaml:4: dependency ")
    assert why in refused.value.why


def test_all_of_them_at_once() -> None:
    entry = "  - {name: other, version: 1.0.0, repository: file://../../gone/chart}\n"
    with pytest.raises(FlowError) as refused:
        found(depending(version="2.0.0") + entry)
    assert "Chart.yaml:4: dependency microservice" in refused.value.why
    assert "Chart.yaml:7: dependency other" in refused.value.details[0]


def test_what_does_not_parse() -> None:
    with pytest.raises(FlowError, match=r"services/x/chart/Chart\.yaml:2: "):
        found("name: [\n")
