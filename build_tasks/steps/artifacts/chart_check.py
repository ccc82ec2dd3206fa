"""Checking a packaged chart, as each environment would get it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.service import Service
from build_tasks.planning.charts.conventions import chart_violations, violations
from build_tasks.planning.charts.documents import Document, Manifest, as_yaml, documents, within
from build_tasks.planning.charts.helm_findings import in_repository
from build_tasks.planning.charts.places import ChartFiles
from build_tasks.steps.workbench import Workbench


@dataclass(frozen=True)
class Candidate:
    """A packaged chart, and what it is deployed with.

    :param release: name of the Helm release it is rendered for.
    :param values: for each environment it goes to, in order.
    """

    service: Service
    archive: Path
    release: str
    values: Mapping[Environment, Mapping[str, Any]]


def check_chart(bench: Workbench, candidate: Candidate) -> None:
    """Helm's own rules, the conventions, then the first environment's API server.

    :raises FlowError: CHART_REFUSED with every finding of every environment, each with the file it is about.
    """
    service, environments = candidate.service, [environment.name for environment in candidate.values]
    folder = bench.settings.root / service.chart
    names = [path.name for path in folder.iterdir()]
    missing = [f"{v.source}: {v}" for v in chart_violations(service.chart, names, environments)]
    with ThreadPoolExecutor() as pool:  # nearly all of it is Helm's work
        asked = {e: pool.submit(copy_context().run, _rendered, bench, candidate, e) for e in candidate.values}
    made = {environment: one.result() for environment, one in asked.items()}
    broken = {e.name: _broken(bench, candidate, e, made[e]) for e in candidate.values}
    _refuse(service, "the chart breaks the conventions", missing, broken)
    judge = bench.environments.workloads(next(iter(candidate.values)))
    if judge.refusals(_for_dry_run(*made.values())):
        refused = {e.name: judge.refusals(_for_dry_run(made[e])) for e in candidate.values}
        _refuse(service, "Kubernetes would refuse what the chart makes", [], refused)


def _rendered(bench: Workbench, candidate: Candidate, environment: Environment) -> list[Document]:
    values = candidate.values[environment]
    try:
        bench.charts.lint(candidate.archive, values)
        rendered = bench.charts.template(
            candidate.archive,
            release=candidate.release,
            namespace=environment.namespace,
            values=values,
            kube_version=bench.settings.kubernetes,
        )
    except FlowError as error:
        files = _files(bench, candidate.service, environment)
        why, *details = in_repository([error.why, *error.details], files, candidate.service.chart)
        raise FlowError(
            error.what, why, error.fix, code=error.code, details=details, log=error.log
        ) from error
    return documents(rendered)


def _broken(
    bench: Workbench, candidate: Candidate, environment: Environment, made: Sequence[Document]
) -> list[str]:
    found = violations(made, candidate.release, worker=candidate.service.is_worker)
    files = _files(bench, candidate.service, environment) if found else None
    return [files.told(violation, candidate.release) for violation in found] if files else []


def _files(bench: Workbench, service: Service, environment: Environment) -> ChartFiles:
    root = bench.settings.root
    name = str(within(yaml.safe_load(_text(root / service.chart / "Chart.yaml"))).get("name"))
    below = bench.charts.dependencies(root / service.chart, root)
    folders = {name: service.chart, **{f"{name}/{one.place}": one.folder for one in below}}
    templates = [
        path for folder in folders.values() for path in sorted((root / folder / "templates").rglob("*"))
    ]
    values = [root / service.chart / file for file in (f"values-{environment.name}.yaml", "values.yaml")]
    return ChartFiles(folders, _texts(root, templates), _texts(root, values))


def _texts(root: Path, paths: Iterable[Path]) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): _text(path) for path in paths if path.is_file()}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _for_dry_run(*made: Sequence[Document]) -> str:
    """As a YAML stream, what several environments get alike once: most of a chart.

    Without the service accounts of bare pods, which would have to exist already.
    """
    manifests = [_tried(within(document.content)) for documents in made for document in documents]
    distinct = dict.fromkeys(map(as_yaml, manifests))
    return "---\n".join(distinct)


def _tried(manifest: Manifest) -> Manifest:
    if manifest.get("kind") != "Pod":
        return manifest
    spec = {key: value for key, value in within(manifest, "spec").items() if key != "serviceAccountName"}
    return {**manifest, "spec": spec}


def _refuse(
    service: Service, why: str, everywhere: Sequence[str], somewhere: Mapping[str, Sequence[str]]
) -> None:
    """Every finding once, and the environments that it was not the chart's files alone that broke."""
    found = dict.fromkeys(
        [*everywhere, *(finding for findings in somewhere.values() for finding in findings)]
    )
    if found:
        broken = ", ".join(name for name, findings in somewhere.items() if findings)
        raise FlowError(
            f"package {service.name}",
            f"{why} (rendered for {broken})" if broken else why,
            f"the templates are in {service.chart}/templates",
            code=ExitCode.CHART_REFUSED,
            details=list(found),
        )
