"""Into production: gate, copy by digest, deploy."""

from __future__ import annotations

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.evidence import APPROVAL_NAMESPACE, APPROVAL_TYPE, Decision, ReleasedArtifacts
from build_tasks.model.images import Digest, Ref
from build_tasks.model.plan import Action, Verb
from build_tasks.model.proofs import EVIDENCE_NAMESPACE, RECORD_TYPE, EvidenceKind
from build_tasks.planning.plans.pipeline import delivery, promotion
from build_tasks.steps.delivery.live import active_version
from build_tasks.steps.delivery.promote import copy
from build_tasks.steps.evidence.approval import decide
from build_tasks.steps.evidence.released import artifacts
from build_tasks.steps.release.cut import cut
from tests.fakes.samples import v
from tests.unit.steps.shop import SIGNERS, Shop

VERSION = v("1.0.2")
IMAGE, CHART = Ref("localhost:5001", "delivery"), Ref("localhost:5001", "charts/delivery")
PROD_IMAGE, PROD_CHART = IMAGE.under("prod").tagged("v1.0.2"), CHART.under("prod").tagged("1.0.2")


@pytest.fixture
def delivered(shop: Shop) -> Shop:
    """1.0.2 went through qa and waits for an approver."""
    cut(shop.bench, shop.service, VERSION, None, push=True)
    shop.pushed("1.0.2")
    for environment in ("qa", "prod"):
        shop.smoke_test("1.0.2", environment=environment)
    shop.run(*delivery(shop.service, VERSION))
    return shop


def approve(shop: Shop) -> None:
    decide(shop.bench, shop.service, VERSION, Decision.APPROVE, key=shop.keys["ann"], reason="")


def promote(shop: Shop) -> None:
    shop.run(*promotion(shop.service, VERSION, "prod"))


def test_the_delivery_stops_for_an_approver(delivered: Shop) -> None:
    assert delivered.reporter.notes[-3:] == [
        "delivery v1.0.2 waits for an approver:",
        "  ./inv delivery.approve --version 1.0.2",
        "  ./inv delivery.promote --version 1.0.2",
    ]
    assert active_version(delivered.bench, delivered.service, delivered.qa) == VERSION
    assert delivered.namespace("prod").releases.list() == []
    assert delivered.registry.digest(PROD_IMAGE) is None


def test_without_an_approval_nothing_is_copied(delivered: Shop) -> None:
    with pytest.raises(FlowError) as refused:
        promote(delivered)
    assert refused.value.code is ExitCode.REFUSED
    assert delivered.registry.digest(PROD_IMAGE) is None and delivered.registry.digest(PROD_CHART) is None


def test_an_approved_version_goes_into_production(delivered: Shop) -> None:
    approve(delivered)
    promote(delivered)
    assert delivered.registry.digest(PROD_IMAGE) == delivered.registry.digest(IMAGE.tagged("v1.0.2"))
    assert delivered.registry.digest(PROD_CHART) == delivered.registry.digest(CHART.tagged("1.0.2"))
    assert active_version(delivered.bench, delivered.service, delivered.prod) == VERSION
    revision = delivered.namespace("prod").releases.get("delivery-v1-0-2")
    assert revision is not None
    image = revision.values["image"]
    assert isinstance(image, dict) and image["repository"] == "prod/delivery"
    assert any(note.startswith("approved by ann until") for note in delivered.reporter.notes)


def test_the_statements_go_along(delivered: Shop) -> None:
    approve(delivered)
    promote(delivered)
    types = [*(kind.artifact_type for kind in EvidenceKind), RECORD_TYPE, APPROVAL_TYPE]
    along = delivered.registry.attachments(PROD_IMAGE, *types)
    assert sorted(item.artifact_type for item in along) == sorted(types)
    assert not any("stay" in note for note in delivered.reporter.notes)


def test_what_nobody_signed_who_counts_stays_behind(delivered: Shop) -> None:
    """Whoever may write candidates can attach anything, also with the type of an approval."""
    subject, signer, keys = IMAGE.tagged("v1.0.2"), delivered.signer, delivered.keys
    approve(delivered)
    [genuine] = delivered.registry.attachments(subject, APPROVAL_TYPE)
    said = genuine.files["statement.json"]
    attach = delivered.registry.attach
    attach(subject, "application/vnd.example.firmware", {"blob": b"!"})
    attach(subject, APPROVAL_TYPE, {**genuine.files, "virus": b"!"})
    attach(subject, APPROVAL_TYPE, {"statement.json": said, "virus": b"!"})
    attach(subject, APPROVAL_TYPE, {"statement.json.sig": b"!"})
    stranger = signer.sign(said, keys["stranger"], APPROVAL_NAMESPACE)
    attach(subject, APPROVAL_TYPE, {"statement.json": said, "statement.json.sig": stranger})
    builder = signer.sign(said, keys["builder"], EVIDENCE_NAMESPACE)
    attach(subject, APPROVAL_TYPE, {"statement.json": said, "statement.json.sig": builder})
    promote(delivered)
    along = delivered.registry.attachments(PROD_IMAGE, APPROVAL_TYPE, "application/vnd.example.firmware")
    assert [item.digest for item in along] == [genuine.digest]
    assert "5 attachments stay behind: signed by nobody whom main names" in delivered.reporter.notes


def test_a_rejection_goes_along_as_well(promoted: Shop) -> None:
    """Who looks at prod/ alone is to see it."""
    reject(promoted)
    found = artifacts(promoted.bench, promoted.service, VERSION)
    copy(promoted.bench, promoted.service, VERSION, found)
    assert len(promoted.registry.attachments(PROD_IMAGE, APPROVAL_TYPE)) == 2


def test_the_same_again_changes_nothing(delivered: Shop) -> None:
    approve(delivered)
    promote(delivered)
    digest = delivered.registry.digest(PROD_IMAGE)
    promote(delivered)
    assert delivered.registry.digest(PROD_IMAGE) == digest
    assert len(delivered.namespace("prod").releases.history("delivery-v1-0-2")) == 1


@pytest.mark.parametrize("target", [PROD_IMAGE, PROD_CHART])
def test_what_holds_something_else_is_not_overwritten(delivered: Shop, target: Ref) -> None:
    theirs = delivered.registry.add_image(target, {}, b"somebody else's")
    approve(delivered)
    with pytest.raises(FlowError) as refused:
        promote(delivered)
    assert refused.value.code is ExitCode.CONFLICT
    assert delivered.registry.digest(target) == theirs
    assert delivered.namespace("prod").releases.list() == []


def test_a_copy_that_arrives_as_something_else(delivered: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """`buildx imagetools create` makes an index of a manifest, so that the digest changes."""
    other = Digest("sha256:" + "f" * 64)
    monkeypatch.setattr(delivered.registry, "copy", lambda source, target, along: other)
    found = delivered.registry.digest(IMAGE.tagged("v1.0.2"))
    chart = delivered.registry.digest(CHART.tagged("1.0.2"))
    assert found and chart
    with pytest.raises(FlowError, match="it holds ffffffffffff") as refused:
        copy(delivered.bench, delivered.service, VERSION, ReleasedArtifacts(found, chart))
    assert refused.value.code is ExitCode.CONFLICT


def test_a_failed_smoke_test_keeps_the_traffic_where_it_is(delivered: Shop) -> None:
    approve(delivered)
    delivered.smoke_test("1.0.2", environment="prod", passes=False)
    with pytest.raises(FlowError) as failed:
        promote(delivered)
    assert failed.value.code is ExitCode.VERIFY_FAILED
    assert active_version(delivered.bench, delivered.service, delivered.prod) is None


def test_the_decisions_so_far_are_told(delivered: Shop) -> None:
    approve(delivered)
    subject = IMAGE.tagged("v1.0.2")
    [item] = delivered.registry.attachments(subject, APPROVAL_TYPE)
    changed = {**item.files, "statement.json.sig": b"no signature"}
    delivered.registry.attach(subject, APPROVAL_TYPE, changed)
    delivered.reporter.forget()
    delivered.run(Action(Verb.AWAIT_APPROVAL, "delivery", "", VERSION))
    assert delivered.reporter.notes[0] == "ann decided to approve it"
    assert delivered.reporter.warnings == [
        "a decision to approve does not count: that is not an SSH signature"
    ]


def redeploy(shop: Shop) -> None:
    shop.run(Action(Verb.DEPLOY, "delivery", "asked for", VERSION, "prod"))


def reject(shop: Shop) -> None:
    decide(shop.bench, shop.service, VERSION, Decision.REJECT, key=shop.keys["ben"], reason="leaks")


@pytest.fixture
def promoted(delivered: Shop) -> Shop:
    """1.0.2 was let into production, where nothing runs any more: its cluster was made anew."""
    approve(delivered)
    promote(delivered)
    delivered.environments.namespaces.pop("prod")
    return delivered


def test_a_promoted_version_can_be_deployed_again(promoted: Shop) -> None:
    redeploy(promoted)
    assert promoted.namespace("prod").releases.get("delivery-v1-0-2") is not None


def test_a_rejection_after_the_promotion_stops_the_next_deployment(promoted: Shop) -> None:
    reject(promoted)
    with pytest.raises(FlowError) as refused:
        redeploy(promoted)
    assert (refused.value.code, refused.value.why) == (ExitCode.REFUSED, "rejected by ben: leaks")
    assert promoted.namespace("prod").releases.list() == []


def test_an_approval_that_was_used_does_not_lapse(promoted: Shop) -> None:
    """It let the version in while it counted; what runs in production can be put back at any time."""
    promoted.clock.time += promoted.bench.settings.approval_lifetime * 2
    redeploy(promoted)
    assert promoted.namespace("prod").releases.get("delivery-v1-0-2") is not None


def test_what_somebody_wrote_to_prod_by_hand_is_not_deployed(delivered: Shop) -> None:
    found = artifacts(delivered.bench, delivered.service, VERSION)
    copy(delivered.bench, delivered.service, VERSION, found)
    with pytest.raises(FlowError) as refused:
        redeploy(delivered)
    assert (refused.value.code, refused.value.why) == (ExitCode.REFUSED, "nobody has approved it yet")


def test_whoever_may_no_longer_approve_does_not_count_at_the_next_deployment(promoted: Shop) -> None:
    promoted.commit({SIGNERS: promoted.signers(cutter="git", ann="git")})
    promoted.publish()
    with pytest.raises(FlowError, match="no valid approval") as refused:
        redeploy(promoted)
    assert refused.value.code is ExitCode.REFUSED
