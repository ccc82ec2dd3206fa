"""A worker has no Service: the live version is the one with pods."""

from __future__ import annotations

from dataclasses import replace

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.leases import Holder
from build_tasks.model.plan import Action, Verb
from build_tasks.model.releases import PodState
from build_tasks.model.service import ServiceKind
from build_tasks.planning.names import lease_name
from build_tasks.steps.delivery.live import active_version
from build_tasks.steps.delivery.traffic import rollback_target, switch
from tests.fakes.samples import v
from tests.unit.steps.shop import Shop

ONE, TWO = "delivery-v1-0-1", "delivery-v1-0-2"


@pytest.fixture
def two(shop: Shop) -> Shop:
    """Versions 1.0.1 and 1.0.2 of a worker are deployed in qa; nobody works."""
    shop.reconfigure(replace(shop.service, kind=ServiceKind.WORKER, drain_path=""))
    for version in ("1.0.1", "1.0.2"):
        shop.pushed(version)
        deploy(shop, version)
    shop.reporter.forget()
    return shop


def deploy(shop: Shop, version: str, reason: str = "a change") -> None:
    shop.run(Action(Verb.DEPLOY, "delivery", "", v(version), "qa"), reason=reason)


def to(shop: Shop, version: str) -> None:
    switch(shop.bench, shop.service, v(version), shop.qa, "verified")


def taken_over(shop: Shop) -> None:
    """The command slept for an hour, and somebody else has its Lease."""
    leases, name = shop.namespace().leases, lease_name("delivery")
    if not shop.clock.asleep:
        leases.take(name, Holder("ben@desk/2-b", "./inv delivery.switch"), 15, instead_of=leases.there[name])
        shop.clock.asleep = 3600


def pods(shop: Shop) -> dict[str, int]:
    deployments = shop.namespace().workloads.deployments
    return {name: deployments[name].desired for name in (ONE, TWO)}


def test_it_is_deployed_without_pods(two: Shop) -> None:
    assert pods(two) == {ONE: 0, TWO: 0}


def test_the_switch_gives_it_pods_and_records_it(two: Shop) -> None:
    to(two, "1.0.1")
    assert pods(two) == {ONE: 2, TWO: 0}
    assert active_version(two.bench, two.service, two.qa) == v("1.0.1")
    revision = two.namespace().releases.get("delivery")
    assert revision is not None and revision.values["kind"] == "worker"


def test_the_version_left_behind_loses_its_pods(two: Shop) -> None:
    to(two, "1.0.1")
    to(two, "1.0.2")
    assert pods(two) == {ONE: 0, TWO: 2}
    assert two.namespace().workloads.posts == [], "nobody is told to drain: a worker has no requests"


def test_there_is_no_moment_in_which_nobody_works(two: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    to(two, "1.0.1")
    workloads = two.namespace().workloads
    scale, seen = workloads.set_replicas, []

    def watched(deployment: str, replicas: int) -> None:
        scale(deployment, replicas)
        seen.append(pods(two))

    monkeypatch.setattr(workloads, "set_replicas", watched)
    to(two, "1.0.2")
    assert seen == [{ONE: 2, TWO: 2}, {ONE: 0, TWO: 2}]


def test_a_rollback_is_a_switch(two: Shop) -> None:
    to(two, "1.0.1")
    to(two, "1.0.2")
    assert rollback_target(two.bench, two.service, two.qa, None)[0] == v("1.0.1")
    to(two, "1.0.1")
    assert pods(two) == {ONE: 2, TWO: 0}


def test_a_version_that_does_not_start_leaves_the_work_where_it_was(two: Shop) -> None:
    to(two, "1.0.1")
    crash = PodState(f"{TWO}-0", "Running", False, 3, ("CrashLoopBackOff",), "", "image")
    two.namespace().workloads.troubles[TWO] = [crash]
    with pytest.raises(FlowError, match="CrashLoopBackOff") as failed:
        to(two, "1.0.2")
    assert failed.value.code is ExitCode.DEPLOY_FAILED
    assert pods(two) == {ONE: 2, TWO: 0}
    assert active_version(two.bench, two.service, two.qa) == v("1.0.1")


def test_a_move_that_helm_refuses_leaves_the_work_where_it_was(two: Shop) -> None:
    to(two, "1.0.1")
    two.namespace().releases.refusals["delivery"] = "quota"
    with pytest.raises(FlowError, match="quota"):
        to(two, "1.0.2")
    assert pods(two) == {ONE: 2, TWO: 0}


@pytest.mark.parametrize("asleep_over", ["start", "move"])
def test_who_slept_takes_no_pods_from_who_took_over(
    two: Shop, monkeypatch: pytest.MonkeyPatch, asleep_over: str
) -> None:
    """The other may be at work with either version by now."""
    to(two, "1.0.1")
    namespace = two.namespace()
    place, name = (
        (namespace.workloads, "set_replicas") if asleep_over == "start" else (namespace.releases, "upgrade")
    )
    work = getattr(place, name)

    def slept(*args: object, **words: object) -> None:
        work(*args, **words)
        taken_over(two)

    monkeypatch.setattr(place, name, slept)
    with pytest.raises(FlowError, match="somebody else took over") as lost:
        to(two, "1.0.2")
    assert lost.value.code is ExitCode.BUSY
    assert pods(two) == {ONE: 2, TWO: 2}


def test_who_slept_over_a_start_that_fails_takes_no_pods(two: Shop) -> None:
    """Who took over may have made the same version live."""
    to(two, "1.0.1")
    namespace = two.namespace()
    crash = PodState(f"{TWO}-0", "Running", False, 3, ("CrashLoopBackOff",), "", "image")
    namespace.workloads.troubles[TWO] = [crash]
    scale = namespace.workloads.set_replicas

    def slept(deployment: str, replicas: int) -> None:
        scale(deployment, replicas)
        taken_over(two)

    namespace.workloads.set_replicas = slept  # type: ignore[method-assign]
    with pytest.raises(FlowError, match="somebody else took over"):
        to(two, "1.0.2")
    assert pods(two) == {ONE: 2, TWO: 2}


def test_the_same_again_does_nothing(two: Shop) -> None:
    to(two, "1.0.1")
    to(two, "1.0.1")
    assert two.reporter.skipped["switch delivery in qa to v1.0.1"] == "its work goes there already"


def test_a_live_version_that_somebody_removed_is_told(two: Shop) -> None:
    to(two, "1.0.1")
    del two.namespace().workloads.deployments[ONE]
    with pytest.raises(FlowError) as refused:
        to(two, "1.0.1")
    assert refused.value.code is ExitCode.USAGE


def test_a_switch_that_was_killed_before_its_end_is_finished(two: Shop) -> None:
    to(two, "1.0.1")
    to(two, "1.0.2")
    two.namespace().workloads.set_replicas(ONE, 2)
    to(two, "1.0.2")
    assert pods(two) == {ONE: 0, TWO: 2}


def test_the_live_version_keeps_its_pods_when_it_is_deployed_again(two: Shop) -> None:
    to(two, "1.0.1")
    two.write({"services/delivery/chart/values-qa.yaml": "replicas: 3\n"})
    deploy(two, "1.0.1")
    deploy(two, "1.0.2")
    assert pods(two)[ONE] > 0
    assert pods(two)[TWO] == 0
