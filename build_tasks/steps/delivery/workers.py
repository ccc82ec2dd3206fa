"""Moving the work of a worker from one version to another.

A worker has no Service that could be pointed elsewhere: the live version is the one that has pods. What the
version left behind had begun is put back or finished by itself when its pods are told to stop.
"""

from __future__ import annotations

from build_tasks.errors import FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.service import Service
from build_tasks.ports.runtime import Workloads
from build_tasks.steps.delivery.holds import Hold
from build_tasks.steps.delivery.rollout import RELEASE_LABEL, await_rollout, selector
from build_tasks.steps.workbench import Workbench


def is_at_work(workloads: Workloads, service: Service, release: str) -> bool:
    """Whether a release is there with all its pods, and no other release of the worker is to have any."""
    found = workloads.rollouts(_all(service))
    mine = [rollout for rollout in found if rollout.labels.get(RELEASE_LABEL) == release]
    others = [rollout for rollout in found if rollout not in mine]
    complete = all(rollout.desired == rollout.when_live for rollout in mine)
    return bool(mine) and complete and not any(rollout.desired for rollout in others)


def start(bench: Workbench, workloads: Workloads, release: str, environment: Environment, hold: Hold) -> None:
    """Give a release the pods that its chart names, and wait until they are ready.

    :raises FlowError: DEPLOY_FAILED; then it has none again, and whoever did the work goes on with it. BUSY
        if somebody else took over meanwhile; then its pods are theirs.
    """
    rollouts = workloads.rollouts(selector(release))
    started = [rollout for rollout in rollouts if rollout.desired != rollout.when_live]
    for rollout in started:
        workloads.set_replicas(rollout.name, rollout.when_live)
    try:
        await_rollout(bench, workloads, release, environment)
    except FlowError:
        hold.check()
        for rollout in started:
            workloads.set_replicas(rollout.name, rollout.desired)
        raise


def stop(workloads: Workloads, release: str) -> None:
    """Take the pods from a release that is not the live one after all."""
    for rollout in workloads.rollouts(selector(release)):
        workloads.set_replicas(rollout.name, 0)


def stop_others(workloads: Workloads, service: Service, release: str) -> None:
    """Take the pods from every other release of the worker."""
    for rollout in workloads.rollouts(_all(service)):
        if rollout.labels.get(RELEASE_LABEL) != release and rollout.desired:
            workloads.set_replicas(rollout.name, 0)


def _all(service: Service) -> str:
    return f"app.kubernetes.io/name={service.name}"
