"""Helm and its fake judge, render and pack charts alike."""

from __future__ import annotations

import hashlib
import os
import tarfile
from pathlib import Path

import pytest
import yaml

from build_tasks.adapters.helm.charts import HelmCharts
from build_tasks.adapters.helm.program import HelmProgram
from build_tasks.errors import ExitCode, FlowError
from build_tasks.ports.artifacts import Charts
from tests.contract.chart_files import depending_on_library, write_chart, write_library
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


def _standing_on_library(folder: Path, **chart: str) -> Path:
    write_library(folder / "library")
    return write_chart(folder / "demo", chart=depending_on_library(), **chart)


def test_a_package_holds_the_charts_it_stands_on(charts: Charts, tmp_path: Path) -> None:
    chart = _standing_on_library(tmp_path)
    [dependency] = charts.dependencies(chart, tmp_path)
    assert (dependency.folder, dependency.place) == ("library", "charts/library")
    archive = charts.package(chart, version="1.0.0", folder=tmp_path / "out", root=tmp_path)
    with tarfile.open(archive) as tar:
        names = tar.getnames()
    assert "demo/charts/library/templates/_line.tpl" in names
    assert not any(name.endswith((".tgz", ".lock")) for name in names)


def test_packages_of_equal_files_are_equal_with_what_they_stand_on(charts: Charts, tmp_path: Path) -> None:
    digests = set()
    for number in (1, 2):
        root = tmp_path / f"checkout{number}"
        chart = _standing_on_library(root)
        for path in root.rglob("*"):
            os.utime(path, (number * 1_000_000, number * 1_000_000))
        archive = charts.package(chart, version="1.0.0", folder=tmp_path / f"out{number}", root=root)
        digests.add(hashlib.sha256(archive.read_bytes()).hexdigest())
    (root / "library/templates/_line.tpl").write_text("{{/* another */}}\n")
    archive = charts.package(chart, version="1.0.0", folder=tmp_path / "out3", root=root)
    digests.add(hashlib.sha256(archive.read_bytes()).hexdigest())
    assert len(digests) == 2


def test_what_an_update_of_the_dependencies_left_behind_makes_no_difference(
    charts: Charts, tmp_path: Path
) -> None:
    chart = _standing_on_library(tmp_path)
    clean = charts.package(chart, version="1.0.0", folder=tmp_path / "1", root=tmp_path).read_bytes()
    (chart / "Chart.lock").write_text("generated: today\n")
    (chart / "charts").mkdir()
    (chart / "charts" / "library-0.9.0.tgz").write_bytes(b"an old one")
    assert charts.package(chart, version="1.0.0", folder=tmp_path / "2", root=tmp_path).read_bytes() == clean


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("file://../gone", "there is no chart in gone"),
        ("file://../../library", "is outside the repository"),
        ("https://charts.example.org", "and not a folder of this one"),
    ],
)
def test_a_dependency_from_elsewhere_is_refused(
    charts: Charts, tmp_path: Path, written: str, why: str
) -> None:
    chart = _standing_on_library(tmp_path)
    (chart / "Chart.yaml").write_text(depending_on_library().replace("file://../library", written))
    with pytest.raises(FlowError, match=r"^.*demo/Chart\.yaml:5: dependency library: ") as raised:
        charts.package(chart, version="1.0.0", folder=tmp_path / "out", root=tmp_path)
    assert raised.value.code is ExitCode.CHART_REFUSED
    assert why in raised.value.why
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_a_chart_alone_stands_on_nothing(charts: Charts, tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="is outside the repository"):
        charts.package(_standing_on_library(tmp_path), version="1.0.0", folder=tmp_path / "out")


def test_a_package_renders_what_it_includes_from_another_chart(real: HelmCharts, tmp_path: Path) -> None:
    chart = _standing_on_library(tmp_path, extra='  {{ include "library.line" . }}\n')
    archive = real.package(chart, version="1.0.0", folder=tmp_path / "out", root=tmp_path)
    real.lint(archive, {"image": "app:1"})
    assert "from: library" in _template(real, archive, image="app:1")


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
