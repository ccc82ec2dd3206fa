"""Which version answers: switch, rollback, retire.

The stable Service of a microservice is a Helm release of its own, named like the service, whose appVersion
is the active version: `helm history delivery` is the history of the traffic.
"""

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
    releases = bench.environments.releases(environment)
    release = release_name(service.name, version)
    with ThreadPoolExecutor() as pool:  # a rollback is awaited by somebody whose users suffer
        checked = pool.submit(workloads.check_cluster)
        asked = pool.submit(releases.history, service.name)
        found = pool.submit(workloads.rollouts, selector(release))
        checked.result()
    history = asked.result()
    past, current = _effective(history), history[-1] if history else None
    before = past[0] if past else None
    title = f"switch {service.name} in {environment.name} to {version.tag}"
    if before == version and current is not None and current.status is ReleaseStatus.DEPLOYED:
        bench.reporter.skip(title, "its traffic goes there already")
        return
    _check_ready(found.result(), service, version, environment)
    recover(bench, releases, current)
    was = f"from {before.tag}" if before else "first version"
    with bench.reporter.step(title, was):
        _point(bench, service, version, releases, f"{version.tag} ({was}): {reason}")
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


def deployed_versions(releases: Releases, service: Service) -> dict[Version, Revision]:
    """The versions that are deployed in an environment, ascending, each with its release."""
    found = releases.list(selector=f"service={service.name},role=version")
    return dict(sorted(((_version(r), r) for r in found), key=lambda pair: pair[0]))


def traffic_history(releases: Releases, service: Service) -> list[Version]:
    """Versions the traffic went to, newest first, the live one at the front."""
    return _effective(releases.history(service.name))


def _effective(history: Sequence[Revision]) -> list[Version]:
    return [_version(revision) for revision in reversed(history) if revision.status in _TOOK_EFFECT]


def _version(revision: Revision) -> Version:
    try:
        return Version.parse(revision.app_version)
    except ValueError as error:
        fix = "find out who made it; the flow needs that name for itself"
        raise FlowError(f"read the release {revision.release}", str(error), fix) from None


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
        "application": bench.settings.application,
        "active": release_name(service.name, version),
    }
    labels = {"service": service.name, "role": "traffic"}
    releases.upgrade(service.name, chart, values, description=description, labels=labels)


def _drain(bench: Workbench, workloads: Workloads, service: Service, left: Version) -> None:
    """Tell the pods of the version left behind to close kept-alive connections after their next answer."""
    if not service.drain_path:
        bench.reporter.note(
            f"{service.name} has no switch.drain_path: kept-alive connections stay where they are"
        )
        return
    pods = [pod for pod in workloads.pods(selector(release_name(service.name, left))) if pod.ready]
    path = f"{service.drain_path}?seconds={_DRAIN_SECONDS}"
    with ThreadPoolExecutor() as pool:
        told = [(pod, pool.submit(workloads.post, pod.name, service.port, path)) for pod in pods]
    for pod, answer in told:
        error = answer.exception()
        if isinstance(error, FlowError):
            bench.reporter.warn(f"{pod.name} was not told to drain: {error.why}")
        elif error is not None:
            raise error
