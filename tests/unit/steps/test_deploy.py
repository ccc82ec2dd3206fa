"""Deploying a version: by digest, beside what runs, and no longer than there is hope."""

from __future__ import annotations

from dataclasses import replace

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.plan import Action, Verb
from build_tasks.model.releases import PodState, ReleaseStatus, Rollout
from build_tasks.steps.delivery.deploy import deploy_released, deployable
from build_tasks.steps.delivery.rollout import await_rollout
from build_tasks.steps.evidence.released import artifacts
from tests.fakes.samples import v
from tests.fakes.workloads import RELEASE
from tests.unit.steps.shop import Shop

NAME = "delivery-v1-0-2"
TEMPLATE = "pod-template-hash"


@pytest.fixture
def ready(shop: Shop) -> Shop:
    """Version 1.0.2 is pushed."""
    shop.pushed("1.0.2")
    shop.reporter.forget()
    return shop


def deploy(shop: Shop, environment: Environment | None = None, reason: str = "a change") -> None:
    place = environment or shop.qa
    found = artifacts(shop.bench, shop.service, v("1.0.2"))
    wanted = deployable(shop.bench, shop.service, v("1.0.2"), found, place)
    deploy_released(shop.bench, wanted, place, reason)


def failure(shop: Shop) -> FlowError:
    with pytest.raises(FlowError) as error:
        deploy(shop)
    assert error.value.code is ExitCode.DEPLOY_FAILED
    assert error.value.what == f"deploy {NAME} to qa"
    return error.value


def pod(*reasons: str, name: str = f"{NAME}-x", **changes: object) -> PodState:
    plain = PodState(name, "Pending", False, 0, reasons, "back-off restarting", "image")
    return replace(plain, **changes)  # type: ignore[arg-type]  # each test gives what the field takes


def test_what_is_deployed(ready: Shop) -> None:
    deploy(ready)
    releases = ready.namespace().releases
    revision = releases.get(NAME)
    assert revision is not None and revision.status is ReleaseStatus.DEPLOYED
    assert (revision.app_version, revision.description) == ("1.0.2", "a change")
    assert revision.values["reason"] == "a change"
    assert revision.values["replicas"] == 2, "the chart's own values for qa"
    image = revision.values["image"]
    pushed = artifacts(ready.bench, ready.service, v("1.0.2"))
    found = deployable(ready.bench, ready.service, v("1.0.2"), pushed, ready.qa)
    assert isinstance(image, dict) and image["digest"] == str(found.image.digest)
    assert (image["repository"], image["tag"]) == ("delivery", "v1.0.2")
    assert releases.labels[NAME] == {
        "service": "delivery",
        "role": "version",
        "chart": str(pushed.chart).removeprefix("sha256:")[:63],
    }


def test_the_working_tree_s_chart_does_not_matter(ready: Shop) -> None:
    ready.write({"services/delivery/chart/values-qa.yaml": "replicas: 7\n"})
    deploy(ready)
    revision = ready.namespace().releases.get(NAME)
    assert revision is not None and revision.values["replicas"] == 2


def test_the_same_again_does_nothing(ready: Shop) -> None:
    deploy(ready)
    deploy(ready, reason="the same in other words")
    assert len(ready.namespace().releases.history(NAME)) == 1
    assert (
        ready.reporter.skipped[f"deploy {NAME} to qa"] == "this release runs with this image and these values"
    )


def test_versions_run_side_by_side(ready: Shop) -> None:
    ready.pushed("1.0.3")
    deploy(ready)
    ready.run(Action(Verb.DEPLOY, "delivery", "", v("1.0.3"), "qa"))
    assert {r.release for r in ready.namespace().releases.list()} == {NAME, "delivery-v1-0-3"}


def test_a_wrong_cluster_is_refused_before_anything_happens(ready: Shop) -> None:
    ready.namespace().workloads.cluster_error = FlowError("check", "another", code=ExitCode.WRONG_CLUSTER)
    with pytest.raises(FlowError) as error:
        deploy(ready)
    assert error.value.code is ExitCode.WRONG_CLUSTER
    assert ready.namespace().releases.list() == []


def test_a_version_that_was_never_pushed(shop: Shop) -> None:
    with pytest.raises(FlowError) as error:
        deploy(shop)
    assert error.value.code is ExitCode.USAGE


def test_production_takes_only_what_was_promoted(ready: Shop) -> None:
    with pytest.raises(FlowError) as error:
        deploy(ready, ready.prod)
    assert error.value.code is ExitCode.REFUSED
    assert "prod/ does not hold its digests" in error.value.why


def test_an_upgrade_that_was_killed_is_rolled_back_first(ready: Shop) -> None:
    releases = ready.namespace().releases
    deploy(ready)
    for replicas in (3, 4):
        if replicas == 4:
            releases.killed.add(NAME)
        releases.upgrade(
            NAME, ready.root / "services/delivery/chart", {"replicas": replicas}, description="", labels={}
        )
    stuck = releases.get(NAME)
    assert stuck is not None and stuck.status.pending
    deploy(ready, reason="again")
    assert ready.reporter.reasons[f"recover {NAME}"] == "it is stuck in pending-upgrade; back to revision 2"
    current = releases.get(NAME)
    assert current is not None and current.status is ReleaseStatus.DEPLOYED
    assert (current.values["replicas"], current.description) == (2, "again")


def test_an_installation_that_was_killed_is_removed_first(ready: Shop) -> None:
    releases = ready.namespace().releases
    releases.killed.add(NAME)
    with pytest.raises(FlowError):
        deploy(ready)
    deploy(ready)
    assert ready.reporter.reasons[f"recover {NAME}"] == "it is stuck in pending-install; removed"
    assert [r.status for r in releases.history(NAME)] == [ReleaseStatus.DEPLOYED]


def test_an_upgrade_that_helm_refuses(ready: Shop) -> None:
    ready.namespace().releases.refusals[NAME] = "admission webhook denied the request"
    assert "denied the request" in failure(ready).why
    deploy(ready)


@pytest.mark.parametrize("reason", ["CrashLoopBackOff", "ImagePullBackOff", "Unschedulable"])
def test_a_hopeless_pod_is_explained_at_once(ready: Shop, reason: str) -> None:
    workloads = ready.namespace().workloads
    workloads.troubles[NAME] = [pod(reason)]
    workloads.warnings[f"{NAME}-x"] = [f"event {number}" for number in range(12)]
    workloads.pod_logs[f"{NAME}-x"] = ["Traceback", "KeyError: 'REDIS_URL'"]
    error = failure(ready)
    assert error.why == f"pod {NAME}-x: {reason} (back-off restarting)"
    assert error.details[-2:] == ("log: Traceback", "log: KeyError: 'REDIS_URL'")
    assert error.details[:8] == tuple(f"event: event {number}" for number in range(4, 12))
    assert error.fix == f"kubectl -n qa describe pod {NAME}-x"
    assert ready.clock.pauses == [], "nobody waits for what is hopeless"


def test_waiting_ends_as_soon_as_the_pods_are_ready(ready: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    workloads = ready.namespace().workloads
    workloads.troubles[NAME] = [pod("ContainerCreating")]
    real = workloads.rollouts

    def rollouts(selector: str) -> list[Rollout]:
        """The pods come up at the fourth look."""
        found = list(real(selector))
        if len(ready.clock.pauses) < 3:
            return found
        return [replace(one, available=one.desired, updated=one.desired) for one in found]

    monkeypatch.setattr(workloads, "rollouts", rollouts)
    deploy(ready)
    assert ready.clock.pauses == [0.5] * 3


def test_waiting_has_an_end(ready: Shop) -> None:
    workloads = ready.namespace().workloads
    done = pod("Completed", name="a-smoke-test", phase="Succeeded")
    workloads.troubles[NAME] = [done, pod("ContainerCreating"), pod("Z", name="z")]
    began = ready.clock.now()
    error = failure(ready)
    assert error.why == f"pod {NAME}-x: ContainerCreating (not ready after 180 s)"
    assert (ready.clock.now() - began).total_seconds() == 180


def test_waiting_for_pods_that_never_come(ready: Shop) -> None:
    ready.namespace().workloads.warnings[NAME] = ["FailedCreate: exceeded quota"]
    with pytest.raises(FlowError) as error:
        await_rollout(ready.bench, ready.namespace().workloads, NAME, ready.qa)
    assert error.value.why == f"release {NAME}: no pod (not ready after 180 s)"
    assert error.value.details == ("event: FailedCreate: exceeded quota",)


def test_a_pod_of_what_ran_before_is_no_reason_to_despair(ready: Shop) -> None:
    """The working tree's release is upgraded in place; its broken pod goes when the new one is ready."""
    workloads = ready.namespace("dev").workloads
    labels = {RELEASE: "delivery-dev"}
    coming = Rollout("delivery-dev", 1, 1, 1, False, labels, template="new")
    workloads.deployments["delivery-dev"] = coming
    old = pod("CrashLoopBackOff", name="old", restarts=9, labels={**labels, TEMPLATE: "old"})
    workloads.pods_by_name["old"] = old
    with pytest.raises(FlowError, match="no pod"):
        await_rollout(ready.bench, workloads, "delivery-dev", ready.dev)
    workloads.pods_by_name["new"] = replace(old, name="new", labels={**labels, TEMPLATE: "new"})
    with pytest.raises(FlowError, match="pod new: CrashLoopBackOff"):
        await_rollout(ready.bench, workloads, "delivery-dev", ready.dev)
    workloads.deployments["delivery-dev"] = replace(coming, observed=True)
    await_rollout(ready.bench, workloads, "delivery-dev", ready.dev)


def test_pods_that_are_refused_are_no_reason_to_wait(ready: Shop) -> None:
    """A quota or Pod Security keeps the controller from making pods at all."""
    workloads = ready.namespace().workloads
    quota = 'pods "x" is forbidden: exceeded quota: pods=5'
    workloads.deployments[NAME] = Rollout(NAME, 1, 0, 0, True, {RELEASE: NAME}, trouble=quota)
    with pytest.raises(FlowError) as error:
        await_rollout(ready.bench, workloads, NAME, ready.qa)
    assert error.value.why == f"release {NAME}: its pods are refused ({quota})"
    assert ready.clock.pauses == []


def test_nothing_is_left_behind_on_disk(ready: Shop, tmp_path_factory: pytest.TempPathFactory) -> None:
    import tempfile

    own = tmp_path_factory.mktemp("tmp")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(own))
        deploy(ready)
    assert list(own.iterdir()) == []
