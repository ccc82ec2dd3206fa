"""Waiting for a version to serve, no longer than there is hope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tenacity import RetryError, Retrying, retry_if_result, wait_fixed

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.releases import TEMPLATE_LABEL, PodState, Rollout
from build_tasks.planning.delivery.diagnosis import Hopeless, hopeless
from build_tasks.ports.reporting import Clock
from build_tasks.ports.runtime import Workloads
from build_tasks.steps.workbench import Workbench

#: Seconds between two looks at the pods.
_INTERVAL = 0.5
#: Log lines of the failing pod that an error shows.
_LOG_LINES = 20
#: The label by which everything that belongs to a release names it.
RELEASE_LABEL = "app.kubernetes.io/instance"


def selector(release: str) -> str:
    """Label selector of everything that belongs to a release."""
    return f"{RELEASE_LABEL}={release}"


def await_rollout(bench: Workbench, workloads: Workloads, release: str, environment: Environment) -> None:
    """Wait until every Deployment of the release is complete.

    :raises FlowError: DEPLOY_FAILED with the pod's reason, events and last log lines, as soon as a pod will
        not become ready by waiting, or after the configured time.
    """
    timeout = bench.settings.deploy_timeout
    with bench.reporter.step(f"wait for {release} in {environment.name}", "until its pods are ready"):
        try:
            state = _retrying(bench.clock, timeout)(lambda: _look(workloads, release))
        except RetryError:
            raise _failure(workloads, release, environment, _slow(workloads, release, timeout)) from None
        if isinstance(state, Hopeless):
            raise _failure(workloads, release, environment, state)


def _retrying(clock: Clock, timeout: timedelta) -> Retrying:
    deadline = clock.now() + timeout
    return Retrying(
        retry=retry_if_result(lambda state: state is False),
        wait=wait_fixed(_INTERVAL),
        stop=lambda _: clock.now() >= deadline,
        sleep=clock.pause,
    )


def _look(workloads: Workloads, release: str) -> Hopeless | bool:
    """True when complete, False while there is hope, else why there is none."""
    rollouts, pods = workloads.rollouts_with_pods(selector(release))
    if rollouts and all(rollout.complete for rollout in rollouts):
        return True
    refused = next((rollout for rollout in rollouts if rollout.trouble), None)
    if refused is not None:
        return Hopeless("", "its pods are refused", refused.trouble)
    return hopeless(_of_present_templates(pods, rollouts)) or False


def _of_present_templates(pods: Sequence[PodState], rollouts: Sequence[Rollout]) -> list[PodState]:
    """The pods of what is being rolled out.

    The working tree's release is upgraded in place: a pod of the tree before, which may well be what the new
    one corrects, is still there and tells nothing about it.
    """
    templates = {rollout.template for rollout in rollouts if rollout.template}
    return [pod for pod in pods if not templates or pod.labels.get(TEMPLATE_LABEL) in templates]


def _slow(workloads: Workloads, release: str, timeout: timedelta) -> Hopeless:
    message = f"not ready after {timeout.total_seconds():g} s"
    rollouts, there = workloads.rollouts_with_pods(selector(release))
    pods = _of_present_templates(there, rollouts)
    # A smoke test's pod stays behind when it has ended.
    waiting = [pod for pod in pods if not pod.ready and pod.phase not in ("Succeeded", "Terminating")]
    if not waiting:
        return Hopeless("", "no pod", message)
    return Hopeless(waiting[0].name, waiting[0].reasons[0] if waiting[0].reasons else "NotReady", message)


def _failure(workloads: Workloads, release: str, environment: Environment, state: Hopeless) -> FlowError:
    details = [f"event: {line}" for line in workloads.events(state.pod or release)[-8:]]
    if state.pod:
        details += [f"log: {line}" for line in workloads.last_log(state.pod, _LOG_LINES)]
    subject = f"pod {state.pod}" if state.pod else f"release {release}"
    return FlowError(
        f"deploy {release} to {environment.name}",
        f"{subject}: {state.reason}" + (f" ({state.message})" if state.message else ""),
        f"kubectl -n {environment.namespace} describe pod {state.pod}".rstrip(),
        code=ExitCode.DEPLOY_FAILED,
        details=details,
    )
