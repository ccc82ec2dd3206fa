"""Which version answers: switch, rollback, retire.

The stable Service of a microservice is a Helm release of its own, named like the service, whose appVersion
is the active version: `helm history delivery` is the history of the traffic.
"""

from __future__ import annotations

from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.releases import ReleaseStatus, Revision
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import release_name
from build_tasks.planning.retirement import to_retire
from build_tasks.ports.runtime import Releases, Workloads
from build_tasks.recipes import FOLDER
from build_tasks.steps.recovery import recover
from build_tasks.steps.rollout import selector
from build_tasks.steps.workbench import Workbench

#: How long the version left behind keeps closing kept-alive connections.
_DRAIN_SECONDS = 30
_TOOK_EFFECT = (ReleaseStatus.DEPLOYED, ReleaseStatus.SUPERSEDED)


def active_version(bench: Workbench, service: Service, environment: Environment) -> Version | None:
    """The version the traffic goes to; None while none does."""
    return next(iter(traffic_history(bench.environments.releases(environment), service)), None)


def switch(
    bench: Workbench, service: Service, version: Version, environment: Environment, reason: str
) -> None:
    """Move the traffic to a version that is deployed and ready; then let the one left behind drain.

    :raises FlowError: REFUSED if it is not ready, USAGE if it is not deployed.
    """
    workloads = bench.environments.workloads(environment)
    workloads.check_cluster()
    before = active_version(bench, service, environment)
    title = f"switch {service.name} in {environment.name} to {version.tag}"
    releases = bench.environments.releases(environment)
    current = releases.get(service.name)
    if before == version and current is not None and current.status is ReleaseStatus.DEPLOYED:
        bench.reporter.skip(title, "its traffic goes there already")
        return
    _check_ready(workloads, service, version, environment)
    recover(bench, releases, service.name)
    was = f"from {before.tag}" if before else "first version"
    with bench.reporter.step(title, was):
        _point(bench, service, version, environment, f"{version.tag} ({was}): {reason}")
        if before is not None and not (before.is_working_tree and version.is_working_tree):
            _drain(bench, workloads, service, before)


def rollback_target(
    bench: Workbench, service: Service, environment: Environment, to: Version | None
) -> Version:
    """Where a rollback leads: to the version that had the traffic before, or to a given one.

    :raises FlowError: REFUSED if there is no version to go back to.
    """
    target = to or _previous(bench.environments.releases(environment), service)
    if target is None:
        raise FlowError(
            f"roll back {service.name} in {environment.name}",
            "its traffic never went to another version that is still deployed",
            f"inv {service.name}.history --env {environment.name}",
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


def deployed_versions(releases: Releases, service: Service) -> dict[Version, Revision]:
    """The versions that are deployed in an environment, ascending, each with its release."""
    found = releases.list(selector=f"service={service.name},role=version")
    return dict(sorted(((_version(r), r) for r in found), key=lambda pair: pair[0]))


def traffic_history(releases: Releases, service: Service) -> list[Version]:
    """Versions the traffic went to, newest first, the live one at the front."""
    return [_version(r) for r in reversed(releases.history(service.name)) if r.status in _TOOK_EFFECT]


def _version(revision: Revision) -> Version:
    try:
        return Version.parse(revision.app_version)
    except ValueError as error:
        fix = "find out who made it; the flow needs that name for itself"
        raise FlowError(f"read the release {revision.release}", str(error), fix) from None


def _previous(releases: Releases, service: Service) -> Version | None:
    deployed = deployed_versions(releases, service)
    history = traffic_history(releases, service)
    return next((v for v in history[1:] if v != history[0] and v in deployed), None)


def _check_ready(workloads: Workloads, service: Service, version: Version, environment: Environment) -> None:
    release = release_name(service.name, version)
    rollouts = workloads.rollouts(selector(release))
    if rollouts and all(rollout.complete for rollout in rollouts):
        return
    what = f"switch {service.name} in {environment.name} to {version.tag}"
    why = "it is not ready" if rollouts else "it is not deployed there"
    code = ExitCode.REFUSED if rollouts else ExitCode.USAGE
    fix = f"inv {service.name}.deploy --env {environment.name} --version {version}"
    raise FlowError(what, why, fix, code=code)


def _point(
    bench: Workbench, service: Service, version: Version, environment: Environment, description: str
) -> None:
    folder = bench.folder(service, "traffic")
    chart: Path = bench.charts.package(FOLDER / "charts" / "traffic", version=str(version), folder=folder)
    values = {
        "service": service.name,
        "application": bench.settings.application,
        "active": release_name(service.name, version),
    }
    labels = {"service": service.name, "role": "traffic"}
    releases = bench.environments.releases(environment)
    releases.upgrade(service.name, chart, values, description=description, labels=labels)


def _drain(bench: Workbench, workloads: Workloads, service: Service, left: Version) -> None:
    """Tell the pods of the version left behind to close kept-alive connections after their next answer."""
    if not service.drain_path:
        bench.reporter.note(
            f"{service.name} has no switch.drain_path: kept-alive connections stay where they are"
        )
        return
    for pod in workloads.pods(selector(release_name(service.name, left))):
        if not pod.ready:
            continue
        try:
            workloads.post(pod.name, service.port, f"{service.drain_path}?seconds={_DRAIN_SECONDS}")
        except FlowError as error:
            bench.reporter.warn(f"{pod.name} was not told to drain: {error.why}")
