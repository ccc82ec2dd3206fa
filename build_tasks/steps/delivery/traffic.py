"""Which version answers: switch, rollback, retire."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.plan import Expected
from build_tasks.model.releases import ReleaseStatus, Revision, Rollout
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.delivery.retirement import to_retire
from build_tasks.planning.names import release_name
from build_tasks.ports.runtime import Releases, Workloads
from build_tasks.steps.delivery import workers
from build_tasks.steps.delivery.draining import drain
from build_tasks.steps.delivery.holding import holding
from build_tasks.steps.delivery.holds import Hold
from build_tasks.steps.delivery.live import deployed_versions, effective, traffic_history
from build_tasks.steps.delivery.recovery import recover
from build_tasks.steps.delivery.rollout import selector
from build_tasks.steps.delivery.traffic_release import Move, check_expected, point
from build_tasks.steps.workbench import Workbench


def switch(
    bench: Workbench,
    service: Service,
    version: Version,
    environment: Environment,
    reason: str,
    expected: Expected | None = None,
) -> None:
    """Move the traffic to a version that is deployed and ready; then let the one left behind drain.

    A worker's version gets its pods first, and the one left behind loses its own last: in between both work.

    :param expected: what was live when this was planned; None: whatever is now.
    :raises FlowError: REFUSED if it is not ready or another version is live by now, USAGE if it is not
        deployed, DEPLOY_FAILED for a worker that does not start, BUSY while somebody else changes the service
        there.
    """
    with holding(bench, service.name, environment) as hold:
        _switch(bench, service, version, environment, reason, expected, hold)


def _switch(
    bench: Workbench,
    service: Service,
    version: Version,
    environment: Environment,
    reason: str,
    expected: Expected | None,
    hold: Hold,
) -> None:
    workloads = bench.environments.workloads(environment)
    releases = bench.environments.releases(environment)
    release = release_name(service.name, version)
    with ThreadPoolExecutor() as pool:  # a rollback is awaited by somebody whose users suffer
        asked = pool.submit(releases.history, service.name)
        found = pool.submit(workloads.rollouts, selector(release))
    history = asked.result()
    current = history[-1] if history else None
    move = Move(service, environment, next(iter(effective(history)), None), version)
    if move.before == version and _took_effect(service, workloads, current, release):
        bench.reporter.skip(move.title, f"its {service.share} goes there already")
        return
    check_expected(move, expected)
    _check_ready(found.result(), service, version, environment)
    if recover(bench, releases, current, hold):
        history = releases.history(service.name)
    with bench.reporter.step(move.title, move.was):
        hold.check()
        _carry_out(bench, workloads, move, reason, history, hold)


def _carry_out(
    bench: Workbench, workloads: Workloads, move: Move, reason: str, history: Sequence[Revision], hold: Hold
) -> None:
    if move.service.is_worker:
        workers.start(bench, workloads, release_name(move.service.name, move.to), move.environment, hold)
    try:
        hold.check()
        point(bench, move, reason, history)
    except FlowError:
        hold.check()  # else the pods are somebody else's by now
        _stay(workloads, bench.environments.releases(move.environment), move)
        raise
    hold.check()
    _leave(bench, workloads, move.service, move.before, move.to)


def _stay(workloads: Workloads, releases: Releases, move: Move) -> None:
    """A worker's version that was given pods and is not live after all has none again."""
    if move.service.is_worker and move.to not in traffic_history(releases, move.service)[:1]:
        workers.stop(workloads, release_name(move.service.name, move.to))


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


def rollback(
    bench: Workbench, service: Service, environment: Environment, to: Version | None, reason: str
) -> Version:
    """Switch to the version that was live before, or to a given one.

    :returns: which that is.
    :raises FlowError: as :func:`rollback_target` and :func:`switch`.
    """
    with holding(bench, service.name, environment):
        target, live = rollback_target(bench, service, environment, to)
        switch(bench, service, target, environment, reason, live)
    return target


def rollback_target(
    bench: Workbench, service: Service, environment: Environment, to: Version | None
) -> tuple[Version, Expected | None]:
    """Where a rollback leads: to the version that was live before, or to a given one.

    :returns: it, and what has to be live still: who goes back from there must not go back twice, and so
        forward, because somebody else just did the same.
    :raises FlowError: REFUSED if there is no version to go back to.
    """
    if to is not None:
        return to, None
    live, target = _previous(bench.environments.releases(environment), service)
    if target is None:
        raise FlowError(
            f"roll back {service.name} in {environment.name}",
            f"its {service.share} never went to another version that is still deployed",
            f"./inv {service.name}.history --env {environment.name}",
            code=ExitCode.REFUSED,
        )
    return target, Expected(live)


def retire(bench: Workbench, service: Service, environment: Environment) -> list[Version]:
    """Remove versions beyond keep_versions.

    :returns: those that were removed.
    :raises FlowError: WRONG_CLUSTER; BUSY while somebody else changes the service there.
    """
    with holding(bench, service.name, environment) as hold:
        return _retire(bench, service, environment, hold)


def _retire(bench: Workbench, service: Service, environment: Environment, hold: Hold) -> list[Version]:
    releases = bench.environments.releases(environment)
    deployed = deployed_versions(releases, service)
    old = to_retire(list(deployed), traffic_history(releases, service), service.keep_versions)
    if not old:
        why = f"{len(deployed)} deployed, keep {service.keep_versions}"
        bench.reporter.skip(f"retire {service.name} in {environment.name}", why)
    for version in old:
        release = deployed[version].release
        title = f"retire {release} in {environment.name}"
        with bench.reporter.step(title, f"keep {service.keep_versions} versions"):
            hold.check()
            releases.uninstall(release, wait=False)
    return old


def _previous(releases: Releases, service: Service) -> tuple[Version | None, Version | None]:
    """The live version, and the last one before it that is still deployed."""
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(traffic_history, releases, service)
        deployed = deployed_versions(releases, service)
    history = asked.result()
    before = next((v for v in history[1:] if v != history[0] and v in deployed), None)
    return next(iter(history), None), before


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
