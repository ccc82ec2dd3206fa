"""Which version answers: switch, rollback, retire."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.releases import ReleaseStatus, Revision, Rollout
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import release_name
from build_tasks.planning.retirement import to_retire
from build_tasks.ports.runtime import Releases, Workloads
from build_tasks.recipes import FOLDER
from build_tasks.steps import workers
from build_tasks.steps.draining import drain
from build_tasks.steps.live import deployed_versions, effective, traffic_history
from build_tasks.steps.recovery import recover
from build_tasks.steps.rollout import selector
from build_tasks.steps.workbench import Workbench


def switch(
    bench: Workbench, service: Service, version: Version, environment: Environment, reason: str
) -> None:
    """Move the traffic to a version that is deployed and ready; then let the one left behind drain.

    A worker's version gets its pods first, and the one left behind loses its own last: in between both work.

    :raises FlowError: REFUSED if it is not ready, USAGE if it is not deployed, DEPLOY_FAILED for a worker
        that does not start.
    """
    workloads = bench.environments.workloads(environment)
    releases = bench.environments.releases(environment)
    release = release_name(service.name, version)
    with ThreadPoolExecutor() as pool:  # a rollback is awaited by somebody whose users suffer
        checked = pool.submit(workloads.check_cluster)
        asked = pool.submit(releases.history, service.name)
        found = pool.submit(workloads.rollouts, selector(release))
        checked.result()
    history = asked.result()
    past, current = effective(history), history[-1] if history else None
    before = past[0] if past else None
    title = f"switch {service.name} in {environment.name} to {version.tag}"
    if before == version and _took_effect(service, workloads, current, release):
        bench.reporter.skip(title, f"its {service.share} goes there already")
        return
    _check_ready(found.result(), service, version, environment)
    recover(bench, releases, current)
    was = f"from {before.tag}" if before else "first version"
    with bench.reporter.step(title, was):
        if service.is_worker:
            workers.start(bench, workloads, release, environment)
        _point(bench, service, version, releases, f"{version.tag} ({was}): {reason}")
        _leave(bench, workloads, service, before, version)


def _leave(
    bench: Workbench, workloads: Workloads, service: Service, left: Version | None, version: Version
) -> None:
    """What becomes of the version that was live before."""
    if service.is_worker:
        workers.stop_others(workloads, service, release_name(service.name, version))
    elif left is not None and not (left.is_working_tree and version.is_working_tree):
        drain(bench, workloads, service, left)


def _took_effect(service: Service, workloads: Workloads, current: Revision | None, release: str) -> bool:
    """Whether the last switch went through to its end."""
    if current is None or current.status is not ReleaseStatus.DEPLOYED:
        return False
    return not service.is_worker or workers.is_at_work(workloads, service, release)


def rollback_target(
    bench: Workbench, service: Service, environment: Environment, to: Version | None
) -> Version:
    """Where a rollback leads: to the version that was live before, or to a given one.

    :raises FlowError: REFUSED if there is no version to go back to.
    """
    target = to or _previous(bench.environments.releases(environment), service)
    if target is None:
        raise FlowError(
            f"roll back {service.name} in {environment.name}",
            f"its {service.share} never went to another version that is still deployed",
            f"./inv {service.name}.history --env {environment.name}",
            code=ExitCode.REFUSED,
        )
    return target


def retire(bench: Workbench, service: Service, environment: Environment) -> list[Version]:
    """Remove versions beyond keep_versions.

    :returns: those that were removed.
    """
    bench.environments.workloads(environment).check_cluster()
    releases = bench.environments.releases(environment)
    deployed = deployed_versions(releases, service)
    old = to_retire(list(deployed), traffic_history(releases, service), service.keep_versions)
    if not old:
        bench.reporter.skip(
            f"retire {service.name} in {environment.name}",
            f"{len(deployed)} deployed, keep {service.keep_versions}",
        )
    for version in old:
        release = deployed[version].release
        with bench.reporter.step(
            f"retire {release} in {environment.name}", f"keep {service.keep_versions} versions"
        ):
            releases.uninstall(release)
    return old


def _previous(releases: Releases, service: Service) -> Version | None:
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(traffic_history, releases, service)
        deployed = deployed_versions(releases, service)
    history = asked.result()
    return next((v for v in history[1:] if v != history[0] and v in deployed), None)


def _check_ready(
    rollouts: Sequence[Rollout], service: Service, version: Version, environment: Environment
) -> None:
    if rollouts and all(rollout.complete for rollout in rollouts):
        return
    what = f"switch {service.name} in {environment.name} to {version.tag}"
    why = "it is not ready" if rollouts else "it is not deployed there"
    code = ExitCode.REFUSED if rollouts else ExitCode.USAGE
    fix = f"./inv {service.name}.deploy --env {environment.name} --version {version}"
    raise FlowError(what, why, fix, code=code)


def _point(
    bench: Workbench, service: Service, version: Version, releases: Releases, description: str
) -> None:
    folder = bench.folder(service, "traffic")
    chart: Path = bench.charts.package(FOLDER / "charts" / "traffic", version=str(version), folder=folder)
    values = {
        "service": service.name,
        "kind": service.kind.value,
        "application": bench.settings.application,
        "active": release_name(service.name, version),
    }
    labels = {"service": service.name, "role": "traffic"}
    releases.upgrade(service.name, chart, values, description=description, labels=labels)
