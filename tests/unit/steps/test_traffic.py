"""Which version answers: switch, rollback, retire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.plan import Action, Expected, Verb
from build_tasks.model.releases import ReleaseStatus, Revision, Rollout
from build_tasks.model.version import Version
from build_tasks.steps.delivery.live import active_version, deployed_versions, traffic_history
from build_tasks.steps.delivery.traffic import retire, rollback_target, switch
from tests.fakes.samples import v, vs
from tests.fakes.workloads import RELEASE
from tests.unit.steps.shop import Shop


@pytest.fixture
def two(shop: Shop) -> Shop:
    """Versions 1.0.1 and 1.0.2 run in qa; nothing has the traffic."""
    for version in ("1.0.1", "1.0.2"):
        deploy(shop, version)
    shop.reporter.forget()
    return shop


def deploy(shop: Shop, version: str) -> None:
    shop.pushed(version)
    shop.run(Action(Verb.DEPLOY, "delivery", "", v(version), "qa"))


def to(shop: Shop, version: str, reason: str = "verified") -> None:
    switch(shop.bench, shop.service, v(version), shop.qa, reason)


def active(shop: Shop) -> Version | None:
    return active_version(shop.bench, shop.service, shop.qa)


def posts(shop: Shop) -> list[tuple[str, int, str]]:
    return shop.namespace().workloads.posts


def test_the_first_version(two: Shop) -> None:
    assert active(two) is None
    to(two, "1.0.1")
    assert active(two) == v("1.0.1")
    revision = two.namespace().releases.get("delivery")
    assert revision is not None
    assert revision.values == {
        "service": "delivery",
        "kind": "api",
        "application": "dronedelivery",
        "active": "delivery-v1-0-1",
    }
    assert revision.description == "v1.0.1 (first version): verified"
    assert two.namespace().releases.labels["delivery"] == {"service": "delivery", "role": "traffic"}
    assert posts(two) == []


def test_the_version_left_behind_is_told_to_drain(two: Shop) -> None:
    to(two, "1.0.1")
    to(two, "1.0.2")
    assert active(two) == v("1.0.2")
    # Two replicas in qa.
    assert posts(two) == [(f"delivery-v1-0-1-{n}", 8080, "/drain?seconds=30") for n in (0, 1)]


def test_only_pods_that_serve_are_told(two: Shop) -> None:
    to(two, "1.0.1")
    pods = two.namespace().workloads.pods_by_name
    pods["delivery-v1-0-1-0"] = replace(pods["delivery-v1-0-1-0"], ready=False)
    to(two, "1.0.2")
    assert [pod for pod, _, _ in posts(two)] == ["delivery-v1-0-1-1"]


def test_a_pod_that_cannot_be_told_does_not_stop_the_switch(
    two: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(pod: str, port: int, path: str) -> None:
        raise FlowError("POST", "connection refused", code=ExitCode.TOOL_FAILED)

    to(two, "1.0.1")
    monkeypatch.setattr(two.namespace().workloads, "post", gone)
    to(two, "1.0.2")
    assert active(two) == v("1.0.2")
    assert two.reporter.warnings == [
        f"delivery-v1-0-1-{n} was not told to drain: connection refused" for n in (0, 1)
    ]


def test_a_service_that_cannot_drain(two: Shop) -> None:
    two.reconfigure(replace(two.service, drain_path=""))
    to(two, "1.0.1")
    to(two, "1.0.2")
    assert posts(two) == []
    assert "no switch.drain_path" in two.reporter.notes[-1]


def test_the_same_again_does_nothing(two: Shop) -> None:
    to(two, "1.0.1")
    to(two, "1.0.1")
    assert len(two.namespace().releases.history("delivery")) == 1
    assert two.reporter.skipped == {"switch delivery in qa to v1.0.1": "its traffic goes there already"}


def test_a_version_that_is_not_ready(two: Shop) -> None:
    deployments = two.namespace().workloads.deployments
    deployments["delivery-v1-0-2"] = replace(deployments["delivery-v1-0-2"], available=1)
    with pytest.raises(FlowError, match="it is not ready") as refused:
        to(two, "1.0.2")
    assert refused.value.code is ExitCode.REFUSED
    assert active(two) is None


def test_a_version_that_is_not_deployed(two: Shop) -> None:
    with pytest.raises(FlowError, match="it is not deployed there") as refused:
        to(two, "1.0.3")
    assert refused.value.code is ExitCode.USAGE
    assert refused.value.fix == "./inv delivery.deploy --env qa --version 1.0.3"


def test_another_cluster(two: Shop) -> None:
    two.namespace().workloads.cluster_error = FlowError("check", "another", code=ExitCode.WRONG_CLUSTER)
    for step in (lambda: to(two, "1.0.1"), lambda: retire(two.bench, two.service, two.qa)):
        with pytest.raises(FlowError) as refused:
            step()
        assert refused.value.code is ExitCode.WRONG_CLUSTER


def test_a_switch_that_was_killed_is_done_again(two: Shop) -> None:
    to(two, "1.0.1")
    two.namespace().releases.killed.add("delivery")
    to(two, "1.0.2")
    assert active(two) == v("1.0.1"), "nobody knows whether the traffic moved"
    two.reporter.forget()
    to(two, "1.0.2")
    assert "recover delivery" in two.reporter.done
    assert active(two) == v("1.0.2")
    current = two.namespace().releases.get("delivery")
    assert current is not None and current.status is ReleaseStatus.DEPLOYED


def test_a_first_switch_that_was_killed_is_done_again(two: Shop) -> None:
    two.namespace().releases.killed.add("delivery")
    to(two, "1.0.1")
    assert active(two) is None
    to(two, "1.0.1")
    assert active(two) == v("1.0.1")


def test_a_switch_back_after_one_that_was_killed_is_not_skipped(two: Shop) -> None:
    to(two, "1.0.1")
    two.namespace().releases.killed.add("delivery")
    to(two, "1.0.2")
    to(two, "1.0.1")
    current = two.namespace().releases.get("delivery")
    assert current is not None and (current.status, current.app_version) == (ReleaseStatus.DEPLOYED, "1.0.1")


def test_a_switch_that_helm_refuses_changes_nothing(two: Shop) -> None:
    to(two, "1.0.1")
    two.namespace().releases.refusals["delivery"] = "quota"
    with pytest.raises(FlowError):
        to(two, "1.0.2")
    assert active(two) == v("1.0.1")
    assert posts(two) == []


def test_a_rollback_goes_to_the_version_before(two: Shop) -> None:
    to(two, "1.0.1")
    to(two, "1.0.2")
    target, live = rollback_target(two.bench, two.service, two.qa, None)
    assert live == Expected(v("1.0.2"))
    assert target == v("1.0.1")
    to(two, str(target), "rollback")
    assert active(two) == v("1.0.1")
    # And the one after that comes back again.
    assert rollback_target(two.bench, two.service, two.qa, None) == (v("1.0.2"), Expected(v("1.0.1")))


def test_a_rollback_to_a_version_by_name(two: Shop) -> None:
    assert rollback_target(two.bench, two.service, two.qa, v("1.0.1")) == (v("1.0.1"), None)


@pytest.mark.parametrize("switched", [[], ["1.0.1"], ["1.0.1", "1.0.1"]])
def test_nothing_to_go_back_to(two: Shop, switched: list[str]) -> None:
    for version in switched:
        to(two, version)
    with pytest.raises(FlowError) as refused:
        rollback_target(two.bench, two.service, two.qa, None)
    assert refused.value.code is ExitCode.REFUSED
    assert refused.value.fix == "./inv delivery.history --env qa"


def test_no_rollback_to_what_is_gone(two: Shop) -> None:
    deploy(two, "1.0.3")
    for version in ("1.0.1", "1.0.2", "1.0.3"):
        to(two, version)
    two.namespace().releases.uninstall("delivery-v1-0-2")
    assert rollback_target(two.bench, two.service, two.qa, None)[0] == v("1.0.1")


def test_a_switch_that_was_planned_for_another_version(two: Shop) -> None:
    to(two, "1.0.1")
    for expected, words in ((v("1.0.3"), "v1.0.3"), (None, "no version")):
        with pytest.raises(FlowError) as refused:
            switch(two.bench, two.service, v("1.0.2"), two.qa, "planned", Expected(expected))
        assert refused.value.code is ExitCode.REFUSED
        assert refused.value.why == f"its traffic goes to v1.0.1 by now; when this was planned, to {words}"
        assert "./inv delivery.history --env qa" in refused.value.fix
    assert active(two) == v("1.0.1")


@pytest.mark.parametrize("expected", ["1.0.1", None])
def test_a_switch_as_planned(two: Shop, expected: str | None) -> None:
    if expected:
        to(two, expected)
    switch(two.bench, two.service, v("1.0.2"), two.qa, "", Expected(v(expected) if expected else None))
    assert active(two) == v("1.0.2")


def test_a_planned_switch_that_was_done_already(two: Shop) -> None:
    """It was interrupted after the move: what was live when it was planned no longer is."""
    for _ in range(2):
        switch(two.bench, two.service, v("1.0.2"), two.qa, "", Expected(None))
    assert len(two.namespace().releases.history("delivery")) == 1


def test_a_planned_switch_that_was_killed_on_the_way(two: Shop) -> None:
    to(two, "1.0.1")
    two.namespace().releases.killed.add("delivery")
    for _ in range(2):
        switch(two.bench, two.service, v("1.0.2"), two.qa, "", Expected(v("1.0.1")))
    assert active(two) == v("1.0.2")


def test_somebody_else_is_faster(two: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between what a switch decides on and its move somebody else moves the traffic."""
    deploy(two, "1.0.3")
    to(two, "1.0.1")
    asked: list[str] = []
    history = two.namespace().releases.history

    def late(release: str) -> Sequence[Revision]:
        """The second look comes after the other's move."""
        asked.append(release)
        if len(asked) == 2:
            monkeypatch.undo()
            to(two, "1.0.3", "faster")
        return history(release)

    monkeypatch.setattr(two.namespace().releases, "history", late)
    with pytest.raises(FlowError, match="somebody else moved its traffic meanwhile") as refused:
        to(two, "1.0.2")
    assert refused.value.code is ExitCode.REFUSED and "v1.0.3 (from v1.0.1): faster" in refused.value.why
    assert active(two) == v("1.0.3")


def test_two_who_roll_back_at_once_go_back_once(two: Shop) -> None:
    to(two, "1.0.1")
    to(two, "1.0.2")
    plans = [rollback_target(two.bench, two.service, two.qa, None) for _ in "ab"]
    for target, live in plans:
        switch(two.bench, two.service, target, two.qa, "rollback", live)
    assert active(two) == v("1.0.1")
    assert len(two.namespace().releases.history("delivery")) == 3


def test_versions_beyond_keep_versions_go(two: Shop) -> None:
    deploy(two, "1.0.3")
    for version in ("1.0.1", "1.0.2", "1.0.3"):
        to(two, version)
    two.reporter.forget()
    assert retire(two.bench, two.service, two.qa) == vs("1.0.1")
    assert list(deployed_versions(two.namespace().releases, two.service)) == vs("1.0.2", "1.0.3")
    assert two.reporter.done == ["retire delivery-v1-0-1 in qa"]
    assert two.namespace().releases.ending == {"delivery-v1-0-1"}, "nobody waits for its pods to drain"
    assert retire(two.bench, two.service, two.qa) == []
    assert two.reporter.skipped == {"retire delivery in qa": "2 deployed, keep 2"}


def test_the_traffic_s_own_release_is_never_retired(two: Shop) -> None:
    to(two, "1.0.1")
    to(two, "1.0.2")
    retire(two.bench, two.service, two.qa)
    assert two.namespace().releases.get("delivery") is not None


def test_the_history_of_the_traffic_has_only_what_took_effect(two: Shop) -> None:
    to(two, "1.0.1")
    two.namespace().releases.refusals["delivery"] = "quota"
    with pytest.raises(FlowError):
        to(two, "1.0.2")
    to(two, "1.0.2")
    assert traffic_history(two.namespace().releases, two.service) == vs("1.0.2", "1.0.1")


def test_somebody_else_s_release_of_that_name(two: Shop) -> None:
    to(two, "1.0.1")
    releases = two.namespace().releases
    releases._records["delivery"] = [replace(r, app_version="stable") for r in releases.history("delivery")]
    with pytest.raises(FlowError, match="'stable' is not a SemVer") as refused:
        active(two)
    assert refused.value.what == "read the release delivery"


def test_the_working_tree_drains_nothing_of_its_own(two: Shop) -> None:
    """It is upgraded in place: its pods are replaced, and one that comes must not be told to go."""
    one, other = (Version.of_working_tree(letter * 64) for letter in "ab")
    workloads = two.namespace().workloads
    workloads.deployments["delivery-dev"] = Rollout("delivery-dev", 1, 1, 1, True, {RELEASE: "delivery-dev"})
    to(two, str(one))
    to(two, str(other))
    assert active(two) == other
    assert posts(two) == []
