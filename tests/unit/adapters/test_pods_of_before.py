"""After a node was started again, the API tells for a while of the pods it had before."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from build_tasks.adapters.kubernetes.admin_json import are_back

STARTED = datetime(2026, 1, 1, 12, 0, 0, 900_000, tzinfo=UTC)
BEFORE, AT_ONCE, AFTER = (f"2026-01-01T{time}Z" for time in ("11:59:59", "12:00:00", "12:00:03"))


def pods(*containers: dict[str, object], phase: str = "Running") -> str:
    return json.dumps({"items": [{"status": {"phase": phase, "containerStatuses": list(containers)}}]})


def running(since: str, *, ready: bool = True) -> dict[str, object]:
    return {"ready": ready, "state": {"running": {"startedAt": since}}}


@pytest.mark.parametrize(
    ("containers", "back"),
    [
        ([running(AFTER)], True),
        ([running(AT_ONCE)], True),
        ([running(BEFORE)], False),
        ([running(AFTER, ready=False)], False),
        ([running(AFTER), running(BEFORE)], False),
        ([{"ready": False, "state": {"terminated": {"exitCode": 255, "reason": "Unknown"}}}], False),
        ([{"ready": False, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}], False),
        ([], False),
    ],
)
def test_pods_of_before(containers: list[dict[str, object]], back: bool) -> None:
    assert are_back(pods(*containers), STARTED) is back


def test_a_pod_that_has_ended_need_not_come_back() -> None:
    assert are_back(pods(phase="Succeeded"), STARTED)


def test_no_pods() -> None:
    assert are_back('{"items": []}', STARTED)
