"""After a node was started again, the API tells for a while of the pods it had before."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from build_tasks.adapters.kubernetes_admin_json import are_stale

STARTED = datetime(2026, 1, 1, 12, 0, 0, 900_000, tzinfo=UTC)


def pods(*states: dict[str, object]) -> str:
    return json.dumps({"items": [{"status": {"containerStatuses": [{"state": s} for s in states]}}]})


def running(since: str) -> dict[str, object]:
    return {"running": {"startedAt": since}}


@pytest.mark.parametrize(
    ("states", "stale"),
    [
        ([], False),
        ([running("2026-01-01T11:59:59Z")], True),
        ([running("2026-01-01T12:00:03Z")], False),
        # Kubernetes tells whole seconds.
        ([running("2026-01-01T12:00:00Z")], False),
        ([running("2026-01-01T12:00:03Z"), running("2026-01-01T11:00:00Z")], True),
        ([{"waiting": {"reason": "CrashLoopBackOff"}}, {"terminated": {"exitCode": 1}}, {}], False),
    ],
)
def test_pods_of_before(states: list[dict[str, object]], stale: bool) -> None:
    assert are_stale(pods(*states), STARTED) is stale


def test_a_pod_without_containers_yet() -> None:
    assert not are_stale('{"items": [{"status": {"phase": "Pending"}}]}', STARTED)
