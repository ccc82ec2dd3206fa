"""Packaging a service's chart, once it keeps every convention."""

from __future__ import annotations

import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.images import Digest, Ref
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import candidate_image, production_image, release_name
from build_tasks.steps.artifacts.chart_check import Candidate, check_chart
from build_tasks.steps.workbench import Workbench

#: Stands for the version and the digest where a chart is only checked.
UNRELEASED = Version.parse("0.0.0-unreleased")
_ANY_DIGEST = Digest("sha256:" + "0" * 64)


def package(
    bench: Workbench,
    service: Service,
    version: Version = UNRELEASED,
    destinations: Sequence[Environment] = (),
) -> Path:
    """Check the chart for every environment the service goes to, then make its archive.

    What it makes is checked by the conventions, then by the API server of the first environment: a strict dry
    run knows the schemas of the cluster's own version (docs/decisions/0011).

    :param destinations: check it for these alone; empty: for all.
    :returns: the .tgz, version = appVersion = ``version``.
    :raises FlowError: CHART_REFUSED with every finding.
    """
    chart = bench.settings.root / service.chart
    if not (chart / "Chart.yaml").is_file():
        why = f"{service.chart}/Chart.yaml is not there"
        raise FlowError(
            f"package {service.name}", why, "every service has a chart", code=ExitCode.CHART_REFUSED
        )
    title = f"package {service.name} {version}"
    checked = destinations or _destinations(bench, service)
    where = ", ".join(environment.name for environment in checked)
    with bench.reporter.step(title, f"version = appVersion; conventions, for {where}"):
        folder = bench.folder(service, "charts")
        archive = bench.charts.package(chart, version=str(version), folder=folder, root=bench.settings.root)
        check_chart(bench, _candidate(bench, service, archive, version, checked))
    return archive


def _candidate(
    bench: Workbench, service: Service, archive: Path, version: Version, checked: Sequence[Environment]
) -> Candidate:
    """The chart with the values of every environment it is checked for."""
    values = {}
    for environment in checked:
        repository = production_image if environment.production else candidate_image
        image = repository(bench.settings, service.name).at(_ANY_DIGEST)
        values[environment] = values_for(archive, environment, image, "check of the chart", version.tag)
    return Candidate(service, archive, release_name(service.name, version), values)


def overlay(archive: Path, environment: str) -> dict[str, Any]:
    """The chart's own values for an environment; empty if it has none.

    :raises FlowError: CHART_REFUSED if they are not a YAML mapping.
    """
    name = f"values-{environment}.yaml"
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            file = tar.extractfile(member) if member.name.split("/")[1:] == [name] else None
            if file is not None:
                return _mapping(file.read(), name)
    return {}


def _mapping(text: bytes, name: str) -> dict[str, Any]:
    try:
        values = yaml.safe_load(text) or {}
        why = "" if isinstance(values, dict) else "it is not a mapping of values"
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        values, why = {}, f"{name}:{line}: {error.problem}"
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        values, why = {}, str(error)
    if why:
        raise FlowError(f"read the chart's {name}", why, "correct it", code=ExitCode.CHART_REFUSED)
    return dict(values)


def values_for(archive: Path, environment: Environment, image: Ref, reason: str, tag: str) -> dict[str, Any]:
    """The values a version is deployed with: the chart's overlay, the exact image, the change cause.

    :param image: registry, repository and digest.
    """
    own = overlay(archive, environment.name)
    own_image = own.get("image")
    return {
        **own,
        "reason": reason,
        "image": {
            **(own_image if isinstance(own_image, dict) else {}),
            "registry": image.registry,
            "repository": image.repository,
            "tag": tag,
            "digest": str(image.digest),
        },
    }


def _destinations(bench: Workbench, service: Service) -> list[Environment]:
    names = dict.fromkeys(("dev", *service.environments, bench.settings.production.name))
    return [bench.settings.environments[name] for name in names if name in bench.settings.environments]
