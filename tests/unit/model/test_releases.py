"""Helm's states and a Deployment's progress."""

from __future__ import annotations

import pytest

from build_tasks.model.releases import ReleaseStatus, Rollout


def test_pending_states_are_those_helm_calls_so() -> None:
    pending = {status.value for status in ReleaseStatus if status.pending}
    assert pending == {"pending-install", "pending-upgrade", "pending-rollback"}


@pytest.mark.parametrize(
    ("updated", "available", "observed", "complete"),
    [(2, 2, True, True), (1, 2, True, False), (2, 1, True, False), (2, 2, False, False), (3, 3, True, True)],
)
def test_a_rollout_is_complete_when_all_new_pods_serve(
    updated: int, available: int, observed: bool, complete: bool
) -> None:
    assert Rollout("d", 2, updated, available, observed).complete is complete
