"""Helm and its fake judge, render and pack charts alike."""

from __future__ import annotations

import hashlib
import os
import tarfile
from pathlib import Path

import pytest
import yaml

from build_tasks.adapters.helm_charts import HelmCharts
from build_tasks.adapters.helm_program import HelmProgram
from build_tasks.errors import ExitCode, FlowError
from build_tasks.ports.artifacts import Charts
from tests.contract.chart_files import write_chart
from tests.contract.fixtures_runtime import helm as helm
from tests.contract.fixtures_runtime import logged as logged
from tests.fakes.charts import FakeCharts

_KUBE = "1.37.2"


@pytest.fixture(params=["helm", "fake"])
def charts(request: pytest.FixtureRequest) -> Charts:
    return FakeCharts() if request.param == "fake" else HelmCharts(request.getfixturevalue("helm"))


@pytest.fixture
def real(helm: HelmProgram) -> HelmCharts:
    return HelmCharts(helm)


def _template(charts: Charts, chart: Path, **values: object) -> str:
    return charts.template(chart, release="demo-v1", namespace="qa", values=values, kube_version=_KUBE)


def test_a_good_chart_lints_and_renders(charts: Charts, tmp_path: Path) -> None:
    chart = write_chart(tmp_path / "demo")
    charts.lint(chart, {"image": "app:1"})
    [manifest] = [doc for doc in yaml.safe_load_all(_template(charts, chart, image="app:1")) if doc]
    assert manifest["metadata"] == {"name": "demo-v1", "namespace": "qa"}
    assert manifest["data"] == {"image": "app:1"}


@pytest.mark.parametrize("broken", ["name: [", None])
def test_a_chart_that_is_none_is_refused(charts: Charts, tmp_path: Path, broken: str | None) -> None:
    chart = write_chart(tmp_path / "demo", chart=broken) if broken else tmp_path / "gone"
    calls = (
        lambda: charts.lint(chart, {}),
        lambda: _template(charts, chart),
        lambda: charts.package(chart, version="1.0.0", folder=tmp_path),
    )
    for call in calls:
        with pytest.raises(FlowError, match=r"Chart\.yaml") as raised:
            call()
        assert raised.value.code is ExitCode.CHART_REFUSED


def test_a_package_bears_the_version_twice(charts: Charts, tmp_path: Path) -> None:
    archive = charts.package(write_chart(tmp_path / "demo"), version="1.0.2-rc.1", folder=tmp_path / "out")
    assert archive == tmp_path / "out" / "demo-1.0.2-rc.1.tgz"
    with tarfile.open(archive) as tar:
        file = tar.extractfile("demo/Chart.yaml")
        assert file is not None
        metadata = yaml.safe_load(file)
        names = set(tar.getnames())
    assert (metadata["version"], metadata["appVersion"]) == ("1.0.2-rc.1", "1.0.2-rc.1")
    assert {"demo/values.yaml", "demo/templates/config.yaml"} <= names


def test_equal_files_give_an_equal_archive_whatever_their_times(charts: Charts, tmp_path: Path) -> None:
    digests = []
    for number in (1, 2):
        chart = write_chart(tmp_path / f"checkout{number}" / "demo")
        for path in chart.rglob("*"):
            os.utime(path, (number * 1_000_000, number * 1_000_000))
        archive = charts.package(chart, version="1.0.0", folder=tmp_path / f"out{number}")
        digests.append(hashlib.sha256(archive.read_bytes()).hexdigest())
    assert digests[0] == digests[1]


def test_other_files_give_another_archive(charts: Charts, tmp_path: Path) -> None:
    chart = write_chart(tmp_path / "demo")
    first = charts.package(chart, version="1.0.0", folder=tmp_path / "1").read_bytes()
    (chart / "values.yaml").write_text("image: other\n")
    assert charts.package(chart, version="1.0.0", folder=tmp_path / "2").read_bytes() != first


@pytest.mark.parametrize(
    ("extra", "place", "cause"),
    [
        ('  x: {{ include "demo.deep" . }}\n', "demo/templates/_helpers.tpl:2", "nil pointer"),
        (
            '  x: {{ required "image.digest is needed" .Values.no }}\n',
            "config.yaml:8",
            "image.digest is needed",
        ),
        ('  x: {{ fail "not like this" }}\n', "config.yaml:8", "not like this"),
        ("  x: {{ nofunction }}\n", "config.yaml:8", 'function "nofunction" not defined'),
        ("   y: : z\n", "demo/templates/config.yaml", "did not find expected key"),
    ],
)
def test_a_refusal_names_file_line_and_cause(
    real: HelmCharts, tmp_path: Path, extra: str, place: str, cause: str
) -> None:
    with pytest.raises(FlowError) as raised:
        _template(real, write_chart(tmp_path / "demo", extra=extra), image="app:1")
    assert raised.value.code is ExitCode.CHART_REFUSED
    assert place in raised.value.why and cause in raised.value.why
    assert "\n" not in raised.value.why


def test_values_against_the_schema_are_all_listed(real: HelmCharts, tmp_path: Path) -> None:
    schema = '{"properties": {"image": {"type": "string"}, "n": {"type": "integer"}}}'
    with pytest.raises(FlowError) as raised:
        _template(real, write_chart(tmp_path / "demo", schema=schema), image=1, n="two")
    told = "\n".join((raised.value.why, *raised.value.details))
    assert "/image" in told and "/n" in told


def test_lint_names_each_finding_once(real: HelmCharts, tmp_path: Path) -> None:
    chart = write_chart(tmp_path / "demo", extra='  x: {{ include "demo.deep" . }}\n')
    (chart / "templates" / "bad-name.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: UPPER\n"
    )
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: demo\nversion: one\n")
    with pytest.raises(FlowError) as raised:
        real.lint(chart, {})
    told = [raised.value.why, *raised.value.details]
    assert any("version 'one' is not a valid SemVer" in line for line in told)
    assert len(told) == len(set(told))
    assert not any("unable to load chart" in line or "INFO" in line for line in told)


def test_a_warning_is_enough_to_refuse(real: HelmCharts, tmp_path: Path) -> None:
    chart = write_chart(tmp_path / "demo")
    (chart / "templates" / "name.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: UPPER\n"
    )
    with pytest.raises(FlowError, match=r"\[WARNING\] templates/name\.yaml"):
        real.lint(chart, {})


def test_values_are_no_arguments(real: HelmCharts, tmp_path: Path) -> None:
    _template(real, write_chart(tmp_path / "demo"), image="not-for-the-log")
    log = real.helm.processes.log.path
    assert log is not None
    commands = [line for line in log.read_text().splitlines() if " $ " in line]
    assert commands and not any("not-for-the-log" in line for line in commands)
