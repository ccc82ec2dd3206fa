"""The whole story of a version, from the registry alone; and from the clusters that answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.evidence import Decision
from build_tasks.model.story import Story
from build_tasks.planning.plans.pipeline import delivery, promotion, release
from build_tasks.steps.evidence.approval import decide
from build_tasks.steps.release.cut import cut
from build_tasks.steps.release.story import release_story
from tests.fakes.samples import v
from tests.fakes.source import FakeSource
from tests.unit.steps.attesting import IMAGE
from tests.unit.steps.shop import SIGNERS, Shop

VERSION = v("1.0.2")


@pytest.fixture
def delivered(shop: Shop) -> Shop:
    """1.0.2 went through qa."""
    cut(shop.bench, shop.service, VERSION, None, push=True)
    for environment in ("qa", "prod"):
        shop.smoke_test("1.0.2", environment=environment)
    shop.run(*release(shop.service, VERSION), *delivery(shop.service, VERSION))
    return shop


def decided(shop: Shop, decision: Decision, who: str, reason: str = "") -> None:
    decide(shop.bench, shop.service, VERSION, decision, key=shop.keys[who], reason=reason)


def told(shop: Shop) -> Story:
    return release_story(shop.bench, shop.service, VERSION)


def test_a_version_before_its_approval(delivered: Shop) -> None:
    story = told(delivered)
    head = delivered.source.head().sha
    assert (story.service, story.version, story.commit, story.built_from) == (
        "delivery",
        "v1.0.2",
        head,
        head,
    )
    assert (story.cut_by, story.cut_problem, story.complete) == ("cutter", "", True)
    assert {piece.builder for piece in story.evidence} == {"builder"}
    assert story.decisions == ()
    assert [(copy.place, copy.image, copy.chart) for copy in story.copies] == [
        ("candidate", story.image, story.chart),
        ("prod", "", ""),
    ]
    assert [(row.environment, row.live, row.verified) for row in story.deployed] == [("qa", True, True)]
    assert story.unknown == {}


def test_a_version_in_production(delivered: Shop) -> None:
    decided(delivered, Decision.APPROVE, "ann", "ok")
    delivered.run(*promotion(delivered.service, VERSION, "prod"))
    story = told(delivered)
    [decision] = story.decisions
    assert (decision.decision, decision.by, decision.reason) == ("approve", "ann", "ok")
    assert story.copies[1].image == story.image and story.copies[1].chart == story.chart
    assert [row.environment for row in story.deployed] == ["qa", "prod"]


def test_from_the_registry_alone(delivered: Shop) -> None:
    """A new clone that has main and nothing else: no tags, no release branch, no results."""
    delivered.another_machine()
    clone = FakeSource(delivered.signer, None, delivered.root)
    clone.add_commit({SIGNERS: delivered.signers(cutter="git,approval@build-tasks")})
    before = told(delivered)
    delivered.bench = replace(delivered.bench, source=clone)
    after = told(delivered)
    assert after == before and after.cut_by == "cutter" and after.complete


def test_decisions_about_another_version_of_the_same_image(delivered: Shop) -> None:
    decide(
        delivered.bench,
        delivered.service,
        VERSION,
        Decision.REJECT,
        key=delivered.keys["ben"],
        reason="leaks",
    )
    delivered.pushed("1.0.3")
    assert release_story(delivered.bench, delivered.service, v("1.0.3")).decisions == ()
    assert [one.decision for one in told(delivered).decisions] == ["reject"]


def test_a_decision_that_does_not_count(delivered: Shop) -> None:
    decided(delivered, Decision.APPROVE, "ann")
    delivered.commit({SIGNERS: delivered.signers(cutter="git", ann="git")})
    delivered.publish()
    [decision] = told(delivered).decisions
    assert decision.by == "" and "but not for this" in decision.refusal


def test_a_version_without_evidence_or_record(shop: Shop) -> None:
    shop.registry.add_image(IMAGE.tagged("v1.0.2"), {}, b"by hand")
    shop.registry.add_image(IMAGE.under("charts").tagged("1.0.2"), {}, b"a chart")
    story = told(shop)
    assert not story.complete
    assert (story.cut_by, story.commit, story.built_from, story.inputs) == ("", "", "", "")
    assert story.cut_problem == "no release record is attached to the image"
    assert all(piece.problems == ("missing",) for piece in story.evidence)


def test_clusters_that_do_not_answer_are_said_to_be_silent(
    delivered: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = FlowError("reach prod", "the cluster prod does not answer", code=ExitCode.UNAVAILABLE)

    def check() -> None:
        raise silent

    monkeypatch.setattr(delivered.namespace("prod").workloads, "check_cluster", check)
    story = told(delivered)
    assert story.unknown == {"prod": "the cluster prod does not answer"}
    assert [row.environment for row in story.deployed] == ["qa"]


def test_an_origin_that_does_not_answer(delivered: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch() -> None:
        raise FlowError("fetch", "origin does not answer", code=ExitCode.UNAVAILABLE)

    monkeypatch.setattr(delivered.source, "fetch", fetch)
    assert told(delivered).complete
    assert delivered.reporter.warnings[-1] == "who may sign is what this clone knows: origin does not answer"


def test_a_version_that_was_never_pushed(shop: Shop) -> None:
    with pytest.raises(FlowError) as refused:
        told(shop)
    assert refused.value.code is ExitCode.USAGE
