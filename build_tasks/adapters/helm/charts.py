"""Helm without a cluster: lint, template, package.

pyhelm3 has no lint and no package, and its template gives parsed YAML where the port promises text, so
these three call Helm themselves.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from build_tasks.adapters.helm.chart_staging import local_dependencies, stage
from build_tasks.adapters.helm.messages import findings, reason
from build_tasks.adapters.helm.program import HelmProgram
from build_tasks.adapters.programs.process import Completed
from build_tasks.errors import ExitCode, FlowError
from build_tasks.planning.charts.dependencies import ChartDependency

_PACKAGED = re.compile(r"saved it to: (?P<path>.+)$", re.M)


@dataclass(frozen=True)
class HelmCharts:
    """Implements :class:`build_tasks.ports.artifacts.Charts`."""

    helm: HelmProgram

    def lint(self, chart: Path, values: Mapping[str, object]) -> None:
        """`helm lint --strict`; warnings count as errors.

        :raises FlowError: CHART_REFUSED with the first finding, all of them in its details.
        """
        what = f"lint chart {chart}"
        words = ["lint", str(_present(chart, what)), "--strict", "--values", "-"]
        done = self.helm.run(words, stdin=_yaml(values), what=what, check=False)
        if done.status != 0:
            found = findings(done.stdout) or (reason(done.stderr),)
            raise self._refused(what, found[0], found[1:])

    def template(
        self, chart: Path, *, release: str, namespace: str, values: Mapping[str, object], kube_version: str
    ) -> str:
        """Rendered manifests, test hooks included, as one YAML stream.

        :param kube_version: e.g. ``1.37.2``; charts see it as ``.Capabilities.KubeVersion``.
        :raises FlowError: CHART_REFUSED with file, line and reason.
        """
        what = f"render chart {chart} for {namespace}"
        words = ["template", release, str(_present(chart, what)), "--namespace", namespace]
        words += ["--kube-version", kube_version, "--values", "-"]
        return self._checked(self.helm.run(words, stdin=_yaml(values), what=what, check=False), what).stdout

    def dependencies(self, chart: Path, root: Path) -> Sequence[ChartDependency]:
        """The charts of the repository at ``root`` that a chart's folder stands on, and theirs.

        :raises FlowError: CHART_REFUSED, with the line of Chart.yaml.
        """
        return local_dependencies(chart, root)

    def package(self, chart: Path, *, version: str, folder: Path, root: Path | None = None) -> Path:
        """`helm package` of a copy that holds the dependencies, with version = appVersion.

        :param root: the repository that dependencies come from; None: the chart can have none.
        :raises FlowError: CHART_REFUSED.
        """
        what = f"package chart {chart} as {version}"
        _present(chart, what)
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="chart-") as private:
            copy = stage(chart, root or chart, Path(private))
            words = ["package", str(copy), "--version", version, "--app-version", version]
            words += ["--destination", str(folder.resolve())]
            done = self._checked(self.helm.run(words, what=what, check=False), what)
        saved = _PACKAGED.search(done.stdout)
        if not saved:
            raise self._refused(what, "Helm did not say where it saved the archive", done.stdout.splitlines())
        return Path(saved["path"].strip())

    def _checked(self, done: Completed, what: str) -> Completed:
        if done.status != 0:
            first, *rest = reason(done.stderr).splitlines() or [f"helm ended with status {done.status}"]
            raise self._refused(what, first, tuple(rest))
        return done

    def _refused(self, what: str, why: str, details: tuple[str, ...] | list[str]) -> FlowError:
        log = self.helm.processes.log.path
        return FlowError(
            what, why, "correct the chart", code=ExitCode.CHART_REFUSED, details=details, log=log
        )


def _present(chart: Path, what: str) -> Path:
    """The chart's full path: Helm takes a relative one for the name of a repository."""
    if not (chart.is_file() or (chart / "Chart.yaml").is_file()):
        raise FlowError(
            what,
            f"{chart} has no Chart.yaml",
            "name a chart's folder or archive",
            code=ExitCode.CHART_REFUSED,
        )
    return chart.resolve()


def _yaml(values: Mapping[str, object]) -> bytes:
    """JSON is YAML; by standard input, because values are nobody's business in a list of processes."""
    return json.dumps(values).encode()
