"""Deploying a version beside those that run."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.evidence import ReleasedArtifacts
from build_tasks.model.images import Digest, Ref
from build_tasks.model.releases import ReleaseStatus, Revision
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import (
    candidate_chart,
    candidate_image,
    production_chart,
    production_image,
    release_name,
)
from build_tasks.ports.runtime import Releases
from build_tasks.steps.artifacts.package import values_for
from build_tasks.steps.delivery.deployed_chart import chart_label, is_of_chart
from build_tasks.steps.delivery.holding import holding
from build_tasks.steps.delivery.holds import Hold
from build_tasks.steps.delivery.live import traffic_history
from build_tasks.steps.delivery.recovery import recover
from build_tasks.steps.delivery.rollout import await_rollout
from build_tasks.steps.evidence.approval import check_gate
from build_tasks.steps.workbench import Workbench


@dataclass(frozen=True)
class Deployable:
    """A version as it is deployed: by digest, with its pulled chart.

    :param image: registry, repository and digest.
    :param chart: the same for the chart; the working tree's chart is in no registry and has no digest.
    """

    service: Service
    version: Version
    release: str
    image: Ref
    chart: Ref


def deployable(
    bench: Workbench, service: Service, version: Version, found: ReleasedArtifacts, environment: Environment
) -> Deployable:
    """What is deployed in an environment for a version; production takes it from prod/ only.

    :param found: the version's digests.
    :raises FlowError: REFUSED if it was not promoted, or rejected since.
    """
    image, chart = candidate_image, candidate_chart
    if environment.production:
        image, chart = production_image, production_chart
    deployed = Deployable(
        service,
        version,
        release_name(service.name, version),
        image(bench.settings, service.name).at(found.image),
        chart(bench.settings, service.name).at(found.chart),
    )
    if bench.registry.digest(deployed.image) is None or bench.registry.digest(deployed.chart) is None:
        raise FlowError(
            f"deploy {service.name} {version.tag} to {environment.name}",
            "it was not promoted: prod/ does not hold its digests",
            f"./inv {service.name}.promote --version {version}",
            code=ExitCode.REFUSED,
        )
    if environment.production:
        check_gate(bench, service, version, found, environment, again=True)
    return deployed


def deploy_released(bench: Workbench, wanted: Deployable, environment: Environment, reason: str) -> None:
    """Deploy a pushed version from the registry: the chart by digest, never the working tree's.

    :raises FlowError: WRONG_CLUSTER, BUSY, CHART_REFUSED, DEPLOY_FAILED.
    """
    with tempfile.TemporaryDirectory() as scratch:
        archive = bench.registry.pull_chart(wanted.chart, Path(scratch))
        deploy(bench, wanted, archive, environment, reason)


def deploy(
    bench: Workbench, wanted: Deployable, archive: Path, environment: Environment, reason: str
) -> None:
    """Install or upgrade the version's release and wait until it serves, or say why it never will.

    :param archive: the chart.
    :param reason: the change cause, for `kubectl rollout history` and `helm history`.
    :raises FlowError: WRONG_CLUSTER, BUSY, CHART_REFUSED, DEPLOY_FAILED.
    """
    with holding(bench, wanted.service.name, environment) as hold:
        _install(bench, wanted, archive, environment, reason, hold)
        await_rollout(bench, bench.environments.workloads(environment), wanted.release, environment)


def _install(
    bench: Workbench, wanted: Deployable, archive: Path, environment: Environment, reason: str, hold: Hold
) -> None:
    """Install or upgrade the release, unless it is as it is to be."""
    releases = bench.environments.releases(environment)
    title = f"deploy {wanted.release} to {environment.name}"
    values = values_for(archive, environment, wanted.image, reason, wanted.version.tag)
    if wanted.service.is_worker:
        values["live"] = _is_live(releases, wanted)
    current = releases.get(wanted.release)
    if recover(bench, releases, current, hold):
        current = releases.get(wanted.release)
    labels = {"service": wanted.service.name, "role": "version", **chart_label(wanted.chart.digest)}
    if _runs(releases, current, values, wanted.chart.digest):
        bench.reporter.skip(title, "this release runs with this image and these values")
    else:
        with bench.reporter.step(title, reason):
            hold.check()
            releases.upgrade(wanted.release, archive, values, description=reason, labels=labels)


def _runs(
    releases: Releases, current: Revision | None, values: Mapping[str, object], chart: Digest | None
) -> bool:
    """Whether this very chart is deployed with these values, whatever the reason was."""
    if current is None or current.status is not ReleaseStatus.DEPLOYED or not _same(current.values, values):
        return False
    return chart is None or is_of_chart(releases, current.release, chart)


def _is_live(releases: Releases, wanted: Deployable) -> bool:
    """Whether a worker's release does the work already, and so keeps its pods when it is deployed again."""
    live = traffic_history(releases, wanted.service)
    return bool(live) and release_name(wanted.service.name, live[0]) == wanted.release


def _same(one: object, other: object) -> bool:
    """Equal values but for the reason: saying it differently is no reason to roll out."""
    both = [dict(v) for v in (one, other) if isinstance(v, dict)]
    for values in both:
        values.pop("reason", None)
    return len(both) == 2 and both[0] == both[1]
