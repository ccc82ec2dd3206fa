"""What runs where, how it came to, and what it logs."""

from __future__ import annotations

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.overview import DeployedVersion
from build_tasks.model.plan import Action, Verb
from build_tasks.planning.plans.pipeline import deployment
from build_tasks.steps.delivery.logs import logs
from build_tasks.steps.delivery.overview import history, status
from build_tasks.steps.evidence.released import artifacts
from tests.fakes.samples import v
from tests.unit.steps.shop import Shop


@pytest.fixture
def running(shop: Shop) -> Shop:
    """1.0.1 is live and verified in qa, 1.0.2 is deployed beside it."""
    shop.pushed("1.0.1")
    shop.smoke_test("1.0.1")
    shop.run(*deployment(shop.service, v("1.0.1"), "qa"), reason="first")
    shop.pushed("1.0.2")
    shop.run(Action(Verb.DEPLOY, "delivery", "", v("1.0.2"), "qa"), reason="second")
    return shop


def test_status(running: Shop) -> None:
    rows = status(running.bench, running.service, [running.dev, running.qa])
    digest = str(artifacts(running.bench, running.service, v("1.0.1")).image)
    assert rows == [
        DeployedVersion("qa", "delivery", "v1.0.1", "delivery-v1-0-1", True, "2/2", True, digest, "first"),
        DeployedVersion("qa", "delivery", "v1.0.2", "delivery-v1-0-2", False, "2/2", False, digest, "second"),
    ]


def test_history_is_told_in_the_order_of_time(running: Shop) -> None:
    told = [(entry.release, entry.what) for entry in history(running.bench, running.service, [running.qa])]
    assert told == [
        ("delivery-v1-0-1", "deployed: first"),
        ("delivery", "traffic to v1.0.1 (first version): first"),
        ("delivery-v1-0-2", "deployed: second"),
    ]


def test_nothing_runs(shop: Shop) -> None:
    assert status(shop.bench, shop.service, [shop.qa]) == []
    assert history(shop.bench, shop.service, [shop.qa]) == []


def test_a_cluster_that_does_not_answer(running: Shop) -> None:
    running.namespace().workloads.cluster_error = FlowError("ask", "timeout", code=ExitCode.UNAVAILABLE)
    for ask in (status, history):
        with pytest.raises(FlowError) as refused:
            ask(running.bench, running.service, [running.qa])
        assert refused.value.code is ExitCode.UNAVAILABLE


def test_logs_of_one_version(running: Shop) -> None:
    shown: list[str] = []
    running.namespace().workloads.pod_logs["delivery-v1-0-2-0"] = ["one", "two", "three"]
    logs(running.bench, running.service, running.qa, v("1.0.2"), follow=False, tail=2, on_line=shown.append)
    assert shown == ["two", "three"]
    with pytest.raises(FlowError) as refused:
        logs(
            running.bench, running.service, running.qa, v("1.0.9"), follow=False, tail=2, on_line=shown.append
        )
    assert refused.value.code is ExitCode.USAGE
