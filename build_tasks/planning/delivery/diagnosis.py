"""When a rollout is hopeless, and what to say about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from build_tasks.model.releases import PodState

#: Reasons that waiting does not cure (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/ and
#: the kubelet's container reasons). ErrImagePull is not among them: the kubelet tries again before it backs
#: off.
HOPELESS = frozenset(
    {
        "CrashLoopBackOff",
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
        "Unschedulable",
    }
)
#: A container that ended this often is not going to make it, whatever it is called at the moment.
RESTARTS = 2


@dataclass(frozen=True)
class Hopeless:
    """A pod that will not become ready by waiting, and why."""

    pod: str
    reason: str
    message: str


def hopeless(pods: Sequence[PodState]) -> Hopeless | None:
    """The first pod that will not become ready by waiting; None while there is hope."""
    for pod in sorted(pods, key=lambda p: p.name):
        if pod.ready or pod.phase == "Terminating":
            continue
        reason = next((r for r in pod.reasons if r in HOPELESS), "")
        if not reason and pod.restarts >= RESTARTS:
            reason = f"{pod.reasons[0] if pod.reasons else 'Error'}, restarted {pod.restarts} times"
        if reason:
            return Hopeless(pod.name, reason, pod.message)
    return None
