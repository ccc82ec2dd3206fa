"""Helm without Helm: reads Chart.yaml, renders what the test says, packs deterministic archives."""

from __future__ import annotations

import io
import json
import tarfile
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from build_tasks.adapters.helm.chart_staging import local_dependencies, stage
from build_tasks.adapters.registry.charts import chart_metadata
from build_tasks.errors import ExitCode, FlowError
from build_tasks.planning.charts.dependencies import ChartDependency

Render = Callable[[Path, str, str, Mapping[str, object]], str]


def values_as_configmap(chart: Path, release: str, namespace: str, values: Mapping[str, object]) -> str:
    """The plainest chart there could be: one ConfigMap that holds the values."""
    manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": release, "namespace": namespace},
        "data": {key: str(value) for key, value in values.items()},
    }
    return f"---\n{json.dumps(manifest)}\n"


@dataclass
class FakeCharts:
    """A chart is refused for a Chart.yaml that is missing or broken, or for what ``refusals`` says.

    :param refusals: findings by the chart folder's name.
    :param render: gives the manifests of a chart for a release, a namespace and values.
    :param linted: values that charts were linted with, in order.
    """

    refusals: dict[str, list[str]] = field(default_factory=dict)
    render: Render = values_as_configmap
    linted: list[tuple[Path, Mapping[str, object]]] = field(default_factory=list)

    def lint(self, chart: Path, values: Mapping[str, object]) -> None:
        self._check(chart, f"lint chart {chart}")
        self.linted.append((chart, dict(values)))

    def template(
        self, chart: Path, *, release: str, namespace: str, values: Mapping[str, object], kube_version: str
    ) -> str:
        self._check(chart, f"render chart {chart} for {namespace}")
        return self.render(chart, release, namespace, values)

    def dependencies(self, chart: Path, root: Path) -> Sequence[ChartDependency]:
        return local_dependencies(chart, root)

    def package(self, chart: Path, *, version: str, folder: Path, root: Path | None = None) -> Path:
        metadata = self._check(chart, f"package chart {chart} as {version}")
        folder.mkdir(parents=True, exist_ok=True)
        name = str(metadata["name"])
        archive = folder.resolve() / f"{name}-{version}.tgz"
        described = json.dumps({**metadata, "version": version, "appVersion": version}).encode()
        with tempfile.TemporaryDirectory() as private:
            copy = stage(chart, root or chart, Path(private))
            with tarfile.open(archive, "w:gz", compresslevel=0) as tar:
                _add(tar, f"{name}/Chart.yaml", described)
                for path in sorted(copy.rglob("*")):
                    if path.is_file() and path != copy / "Chart.yaml":
                        _add(tar, f"{name}/{path.relative_to(copy)}", path.read_bytes())
        return _without_time(archive)

    def _check(self, chart: Path, what: str) -> Mapping[str, object]:
        found = list(self.refusals.get(chart.name, ()))
        file = chart / "Chart.yaml"
        metadata: object = None
        if chart.is_file():
            metadata = chart_metadata(chart)
        elif not file.is_file():
            found.append(f"{chart} has no Chart.yaml")
        else:
            try:
                metadata = yaml.safe_load(file.read_text())
            except yaml.YAMLError as error:
                found.append(f"[ERROR] Chart.yaml: {error}")
        if found or not isinstance(metadata, dict):
            raise FlowError(what, found[0], code=ExitCode.CHART_REFUSED, details=found[1:])
        return metadata


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    header = tarfile.TarInfo(name)
    header.size = len(data)
    tar.addfile(header, io.BytesIO(data))


def _without_time(archive: Path) -> Path:
    """Gzip's header carries the time of packing in bytes 4 to 8 (RFC 1952, section 2.3.1)."""
    data = bytearray(archive.read_bytes())
    data[4:8] = bytes(4)
    archive.write_bytes(data)
    return archive
