"""A promotion that is planned first: what is shown, what is refused later, and what is then done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.evidence import Decision
from build_tasks.model.images import Ref
from build_tasks.model.plan import Action, Verb
from build_tasks.model.promotion import Preview, PromotionPlan
from build_tasks.model.service import ServiceKind
from build_tasks.planning.delivery.promotion_plans import read_plan, write_plan
from build_tasks.planning.plans.pipeline import delivery, promotion
from build_tasks.steps.delivery.live import active_version
from build_tasks.steps.delivery.promotion import carry_out, preview
from build_tasks.steps.evidence.approval import decide
from build_tasks.steps.evidence.released import artifacts
from build_tasks.steps.release.cut import cut
from tests.fakes.samples import v
from tests.unit.steps.shop import SIGNERS, Shop

ONE, TWO = v("1.0.1"), v("1.0.2")
IMAGE, CHART = Ref("localhost:5001", "delivery"), Ref("localhost:5001", "charts/delivery")


def deliver(shop: Shop, version: str) -> None:
    cut(shop.bench, shop.service, v(version), None, push=True)
    shop.pushed(version)
    for environment in ("qa", "prod"):
        shop.smoke_test(version, environment=environment)
    shop.run(*delivery(shop.service, v(version)))


def approve(shop: Shop, version: str = "1.0.2", name: str = "ann") -> None:
    decide(shop.bench, shop.service, v(version), Decision.APPROVE, key=shop.keys[name], reason="")


def want_two(shop: Shop) -> None:
    shop.commit({"pyproject.toml": "[tool.build_tasks.approval]\nrequired = 2\n"})
    shop.publish()


@pytest.fixture
def second(shop: Shop) -> Shop:
    """1.0.1 runs in production; 1.0.2, which is another program, is approved by ann."""
    deliver(shop, "1.0.1")
    approve(shop, "1.0.1")
    shop.run(*promotion(shop.service, ONE, "prod"))
    shop.commit({"services/delivery/app.py": "better\n"})
    shop.publish()
    deliver(shop, "1.0.2")
    approve(shop)
    shop.reporter.forget()
    return shop


def look(shop: Shop) -> Preview:
    return preview(shop.bench, shop.service, TWO, reason="asked for", downgrade=False)


def plan(shop: Shop) -> PromotionPlan:
    """A plan as it comes out of its file."""
    return read_plan(write_plan(look(shop).plan))


def test_what_is_planned(second: Shop) -> None:
    seen = look(second)
    found = artifacts(second.bench, second.service, TWO)
    assert seen.obstacles == ()
    assert (seen.plan.found, seen.plan.active, seen.plan.required) == (found, ONE, 1)
    assert [one.by for one in seen.plan.approvals] == ["ann"]
    assert seen.plan.commit == second.source.head().sha
    changed = [line for line in seen.diff if line.startswith(("-", "+"))]
    assert "+++ Deployment/delivery-v1-0-2 (planned)" in changed
    old = artifacts(second.bench, second.service, ONE)
    assert any(line.endswith(f"prod/delivery:v1.0.1@{old.image}") for line in changed if line[0] == "-")
    assert any(line.endswith(f"prod/delivery:v1.0.2@{found.image}") for line in changed if line[0] == "+")


def test_a_plan_changes_nothing(second: Shop) -> None:
    before = (second.namespace("prod").releases.list(), second.registry.tags(IMAGE.under("prod")))
    look(second)
    assert (second.namespace("prod").releases.list(), second.registry.tags(IMAGE.under("prod"))) == before


def test_the_first_version_of_all(shop: Shop) -> None:
    deliver(shop, "1.0.2")
    seen = look(shop)
    assert (seen.plan.active, seen.plan.running, seen.plan.approvals) == (None, None, ())
    assert seen.obstacles == ("nobody has approved it yet",)
    assert seen.diff[:2] == ("--- (nothing)", "+++ Deployment/delivery-v1-0-2 (planned)")
    approve(shop)
    carry_out(shop.bench, shop.service, seen.plan)
    assert active_version(shop.bench, shop.service, shop.prod) == TWO


def test_what_would_be_refused_is_shown(second: Shop) -> None:
    want_two(second)
    second.commit({SIGNERS: second.signers(cutter="git", builder="git")})
    second.publish()
    seen = look(second)
    assert seen.obstacles[0] == "1 of 2 approvals: ann; missing 1"
    assert any("signed by no accepted builder" in obstacle for obstacle in seen.obstacles)


def test_a_plan_is_carried_out(second: Shop) -> None:
    carry_out(second.bench, second.service, plan(second))
    assert active_version(second.bench, second.service, second.prod) == TWO
    revision = second.namespace("prod").releases.get("delivery-v1-0-2")
    assert revision is not None and revision.description == "asked for"


def test_a_plan_can_be_carried_out_again(second: Shop) -> None:
    """As after an interruption at its very end; and half way, before the traffic moved."""
    planned = plan(second)
    second.namespace("prod").releases.killed.add("delivery")
    for _ in range(3):
        carry_out(second.bench, second.service, planned)
    assert active_version(second.bench, second.service, second.prod) == TWO


def test_a_plan_waits_for_approvals(second: Shop) -> None:
    want_two(second)
    planned = plan(second)
    with pytest.raises(FlowError, match="1 of 2 approvals: ann; missing 1"):
        carry_out(second.bench, second.service, planned)
    approve(second, name="ben")
    carry_out(second.bench, second.service, planned)
    assert active_version(second.bench, second.service, second.prod) == TWO


def move_the_image(shop: Shop) -> None:
    found = artifacts(shop.bench, shop.service, TWO)
    other = shop.registry.add_image(IMAGE.tagged("theirs"), dict(shop.registry.labels(IMAGE.at(found.image))))
    shop.registry.copy(IMAGE.at(other), IMAGE.tagged("v1.0.2"))


def move_the_chart(shop: Shop) -> None:
    shop.registry.copy(CHART.tagged("1.0.1"), CHART.tagged("1.0.2"))


def switch_elsewhere(shop: Shop) -> None:
    shop.run(Action(Verb.DEPLOY, "delivery", "", ONE, "prod"))
    deliver(shop, "1.0.3")
    approve(shop, "1.0.3")
    shop.run(*promotion(shop.service, v("1.0.3"), "prod"))


def change_what_runs(shop: Shop) -> None:
    releases = shop.namespace("prod").releases
    release = releases.get("delivery-v1-0-1")
    assert release is not None
    chart = shop.root / "services/delivery/chart"
    image = release.values["image"]
    assert isinstance(image, dict)
    values = {**release.values, "image": {**image, "tag": "patched"}}
    releases.upgrade("delivery-v1-0-1", chart, values, description="by hand", labels={})


def withdraw_the_approver(shop: Shop) -> None:
    shop.commit({SIGNERS: shop.signers(cutter="git", ann="git")})
    shop.publish()


def let_it_expire(shop: Shop) -> None:
    approve(shop, name="ben")
    shop.clock.time += timedelta(hours=71)
    approve(shop, name="ben")
    shop.clock.time += timedelta(hours=2)


def render_otherwise(shop: Shop) -> None:
    as_it_was = shop.charts.render
    shop.charts.render = lambda *words: as_it_was(*words).replace("replicas: 2", "replicas: 3")


DRIFTS: dict[str, tuple[Callable[[Shop], None], tuple[str, ...]]] = {
    "image": (move_the_image, ("the image:", "the approvals:")),
    "chart": (move_the_chart, ("the chart:", "the approvals:")),
    "active": (switch_elsewhere, ("the active version: it is v1.0.3 by now, the plan has v1.0.1",)),
    "running": (change_what_runs, ("what runs: the release of v1.0.1 was changed since",)),
    "approver": (withdraw_the_approver, ("the approvals: the one by ann counts no more",)),
    "expired": (let_it_expire, ("the approvals: the one by ann counts no more",)),
    "manifests": (render_otherwise, ("the manifests: Helm renders",)),
}


@pytest.mark.parametrize(("change", "said"), DRIFTS.values(), ids=[*DRIFTS])
def test_what_drifted_is_named_and_nothing_is_done(
    second: Shop, change: Callable[[Shop], None], said: tuple[str, ...]
) -> None:
    planned = plan(second)
    change(second)
    before = second.namespace("prod").releases.history("delivery")
    with pytest.raises(FlowError) as refused:
        carry_out(second.bench, second.service, planned)
    assert refused.value.code is ExitCode.REFUSED
    assert len(refused.value.details) == len(said)
    assert all(line.startswith(words) for line, words in zip(refused.value.details, said, strict=True))
    assert second.namespace("prod").releases.history("delivery") == before
    assert second.namespace("prod").releases.get("delivery-v1-0-2") is None
    assert second.registry.digest(IMAGE.under("prod").tagged("v1.0.2")) is None


def test_a_rejection_stops_a_plan(second: Shop) -> None:
    planned = plan(second)
    decide(second.bench, second.service, TWO, Decision.REJECT, key=second.keys["ben"], reason="leaks")
    with pytest.raises(FlowError) as refused:
        carry_out(second.bench, second.service, planned)
    assert refused.value.code is ExitCode.REFUSED
    assert second.registry.digest(IMAGE.under("prod").tagged("v1.0.2")) is None


def test_the_traffic_moves_only_from_where_it_was(second: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else moves it while the planned version is deployed and tried."""
    second.run(Action(Verb.DEPLOY, "delivery", "", ONE, "prod"))
    planned = plan(second)
    releases = second.namespace("prod").releases
    tried = releases.test

    def meanwhile(release: str, **options: str) -> str:
        said = tried(release, **options)
        chart = second.charts.package(
            second.root / "services/delivery/chart", version="1.0.0", folder=second.root / ".build"
        )
        releases.upgrade("delivery", chart, {}, description="by hand", labels={})
        return said

    monkeypatch.setattr(releases, "test", meanwhile)
    with pytest.raises(FlowError) as refused:
        carry_out(second.bench, second.service, planned)
    assert refused.value.code is ExitCode.REFUSED
    assert refused.value.why == "its traffic goes to v1.0.0 by now; when this was planned, to v1.0.1"
    assert active_version(second.bench, second.service, second.prod) == v("1.0.0")


@pytest.mark.parametrize("forged", ["1.1.0-rc.1", "0.9.0"])
def test_a_plan_that_nobody_made(second: Shop, forged: str) -> None:
    """A file is easily written: it says nothing that is not asked again."""
    deliver(second, forged)
    seen = preview(second.bench, second.service, TWO, reason="", downgrade=False).plan
    found = artifacts(second.bench, second.service, v(forged))
    planned = replace(seen, version=v(forged), found=found, approvals=())
    planned = replace(planned, manifests=_now(second, planned).manifests, commit=_now(second, planned).commit)
    with pytest.raises(FlowError) as refused:
        carry_out(second.bench, second.service, planned)
    assert refused.value.code is ExitCode.REFUSED
    assert "never to production" in refused.value.why or "which is newer" in refused.value.why


def _now(shop: Shop, planned: PromotionPlan) -> PromotionPlan:
    return preview(
        shop.bench, shop.service, planned.version, reason=planned.reason, downgrade=False, since=planned
    ).plan


def test_a_worker_s_plan_holds_after_it_was_carried_out(shop: Shop) -> None:
    """A worker's live release is made with pods, one that is not live without."""
    shop.reconfigure(replace(shop.service, kind=ServiceKind.WORKER, drain_path=""))
    deliver(shop, "1.0.2")
    approve(shop)
    as_it_was = shop.charts.render
    shop.charts.render = lambda chart, release, namespace, values: as_it_was(
        chart, release, namespace, values
    ).replace("replicas: 2", f"replicas: {2 if values.get('live') else 0}")
    planned = plan(shop)
    for _ in range(2):
        carry_out(shop.bench, shop.service, planned)
    assert active_version(shop.bench, shop.service, shop.prod) == TWO


def test_a_pre_release_is_not_even_planned(shop: Shop) -> None:
    deliver(shop, "1.0.2-rc.1")
    with pytest.raises(FlowError, match="never to production"):
        preview(shop.bench, shop.service, v("1.0.2-rc.1"), reason="", downgrade=False)


def test_a_downgrade_is_planned_when_it_is_meant(second: Shop) -> None:
    second.run(*promotion(second.service, TWO, "prod"))
    with pytest.raises(FlowError, match="which is newer"):
        preview(second.bench, second.service, ONE, reason="", downgrade=False)
    back = preview(second.bench, second.service, ONE, reason="", downgrade=True)
    carry_out(second.bench, second.service, back.plan)
    assert active_version(second.bench, second.service, second.prod) == ONE
