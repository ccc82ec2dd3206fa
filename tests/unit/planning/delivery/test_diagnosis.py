"""When a rollout is hopeless."""

from __future__ import annotations

import pytest

from build_tasks.model.releases import PodState
from build_tasks.planning.delivery.diagnosis import HOPELESS, Hopeless, hopeless


def pod(
    *reasons: str, name: str = "p-1", ready: bool = False, restarts: int = 0, phase: str = "Pending"
) -> PodState:
    return PodState(name, phase, ready, restarts, reasons, "back-off 10s", "image")


@pytest.mark.parametrize("reason", sorted(HOPELESS))
def test_reasons_that_waiting_does_not_cure(reason: str) -> None:
    assert hopeless([pod(reason)]) == Hopeless("p-1", reason, "back-off 10s")


@pytest.mark.parametrize(
    "reason", ["ContainerCreating", "ErrImagePull", "PodInitializing", "Error", "Completed"]
)
def test_reasons_that_may_pass(reason: str) -> None:
    assert hopeless([pod(reason)]) is None


def test_nobody_there_is_no_reason_to_despair() -> None:
    assert hopeless([]) is None
    assert hopeless([pod()]) is None


def test_a_container_that_ends_again_and_again() -> None:
    assert hopeless([pod("Error", restarts=1)]) is None
    assert hopeless([pod("Error", restarts=2)]) == Hopeless("p-1", "Error, restarted 2 times", "back-off 10s")
    assert hopeless([pod(restarts=3)]) == Hopeless("p-1", "Error, restarted 3 times", "back-off 10s")


def test_the_telling_reason_is_the_one_named() -> None:
    found = hopeless([pod("Error", "CrashLoopBackOff", restarts=4)])
    assert found is not None and found.reason == "CrashLoopBackOff"


def test_pods_that_serve_or_go_away_are_not_judged() -> None:
    assert hopeless([pod("CrashLoopBackOff", ready=True, restarts=9)]) is None
    assert hopeless([pod("CrashLoopBackOff", phase="Terminating", restarts=9)]) is None


def test_the_first_by_name_is_named() -> None:
    pods = [pod("Unschedulable", name="z"), pod("ImagePullBackOff", name="b"), pod(name="a")]
    found = hopeless(pods)
    assert found is not None and found.pod == "b"
