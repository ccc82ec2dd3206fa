"""Every version of a service, and how far it came."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.evidence import Decision
from build_tasks.model.overview import ReleasedVersion
from build_tasks.planning.plans.pipeline import delivery, promotion
from build_tasks.planning.releases.statements import write_record
from build_tasks.steps.evidence.approval import decide
from build_tasks.steps.release.cut import cut
from build_tasks.steps.release.listing import released
from tests.fakes import samples
from tests.fakes.samples import v
from tests.unit.steps.shop import SIGNERS, Shop

#: When the fake makes its tags.
CUT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def rows(shop: Shop) -> list[ReleasedVersion]:
    return released(shop.bench, [shop.service], list(shop.bench.settings.environments.values()))


def row(shop: Shop, version: str = "v1.0.2") -> ReleasedVersion:
    return next(one for one in rows(shop) if one.version == version)


def deliver(shop: Shop, version: str = "1.0.2") -> None:
    """Cut, pushed and verified in qa."""
    cut(shop.bench, shop.service, v(version), None, push=True)
    shop.pushed(version)
    for environment in ("qa", "prod"):
        shop.smoke_test(version, environment=environment)
    shop.run(*delivery(shop.service, v(version)))


def decision(shop: Shop, kind: Decision, key: str = "ann") -> None:
    decide(shop.bench, shop.service, v("1.0.2"), kind, key=shop.keys[key], reason="")


def test_a_version_that_was_cut(shop: Shop) -> None:
    cut(shop.bench, shop.service, v("1.0.2"), None, push=True)
    assert rows(shop) == [
        ReleasedVersion(
            "delivery", "v1.0.2", CUT, "cutter", shop.source.head().sha, "", False, "not pushed", (), ()
        )
    ]


def test_the_way_of_a_version(shop: Shop) -> None:
    deliver(shop)
    waiting = row(shop)
    assert (waiting.approval, waiting.runs, waiting.live, waiting.promoted) == (
        "waiting",
        ("qa",),
        ("qa",),
        False,
    )
    assert waiting.image.startswith("sha256:")
    decision(shop, Decision.APPROVE)
    assert row(shop).approval == "approved"
    shop.run(*promotion(shop.service, v("1.0.2"), "prod"))
    promoted = row(shop)
    assert (promoted.promoted, promoted.runs, promoted.live) == (True, ("qa", "prod"), ("qa", "prod"))


def test_an_approval_lapses_unless_it_was_used(shop: Shop) -> None:
    deliver(shop)
    decision(shop, Decision.APPROVE)
    now = shop.clock.time
    shop.clock.time = now + timedelta(days=30)
    assert row(shop).approval == "expired"
    shop.clock.time = now
    shop.run(*promotion(shop.service, v("1.0.2"), "prod"))
    shop.clock.time = now + timedelta(days=30)
    assert row(shop).approval == "approved"


def test_a_rejected_version(shop: Shop) -> None:
    deliver(shop)
    decision(shop, Decision.APPROVE)
    decision(shop, Decision.REJECT, "ben")
    assert row(shop).approval == "rejected"


def test_a_version_of_which_nobody_signed_a_record(shop: Shop) -> None:
    shop.pushed("1.0.2")
    found = row(shop)
    assert (found.cut, found.cut_by, found.approval) == (None, "", "no record")
    assert found.commit == shop.source.head().sha, "its image says"


def test_a_record_by_somebody_who_is_no_longer_listed(shop: Shop) -> None:
    deliver(shop)
    shop.commit({SIGNERS: shop.signers()})
    shop.publish()
    assert (row(shop).cut_by, row(shop).approval) == ("", "no record")


def test_a_record_of_another_version_under_this_name(shop: Shop) -> None:
    shop.pushed("1.0.2")
    text = write_record("delivery", v("9.9.9"), shop.source.head().sha)
    shop.source.sign_tag("record/delivery/v1.0.2", "HEAD", text, shop.keys["cutter"])
    assert row(shop).approval == "no record"


def test_a_pre_release_is_never_approved(shop: Shop) -> None:
    cut(shop.bench, shop.service, v("1.1.0-rc.1"), None, push=True)
    shop.pushed("1.1.0-rc.1")
    assert row(shop, "v1.1.0-rc.1").approval == "pre-release"


def test_what_was_cut_last_comes_first_and_what_nobody_cut_last(shop: Shop) -> None:
    for version in ("1.0.0", "1.10.0", "1.9.0"):
        shop.commit({"services/delivery/app.py": f"{version}\n"})
        shop.publish()
        cut(shop.bench, shop.service, v(version), None, push=True)
    shop.pushed("2.0.0")
    assert [one.version for one in rows(shop)] == ["v1.10.0", "v1.9.0", "v1.0.0", "v2.0.0"]


def test_only_the_newest(shop: Shop) -> None:
    for version in ("1.0.0", "1.10.0", "1.9.0"):
        cut(shop.bench, shop.service, v(version), None, push=True)
    shop.reporter.forget()
    found = released(shop.bench, [shop.service], [], last=2)
    assert [one.version for one in found] == ["v1.10.0", "v1.9.0"]
    assert shop.reporter.notes == ["delivery: 1 older left out"]
    assert len(released(shop.bench, [shop.service], [], last=3)) == 3
    assert len(shop.reporter.notes) == 1


def test_services_keep_their_order(shop: Shop) -> None:
    other = samples.service("another")
    shop.bench = replace(shop.bench, services={"another": other, "delivery": shop.service})
    cut(shop.bench, shop.service, v("1.0.2"), None, push=True)
    cut(shop.bench, other, v("0.1.0"), None, push=True)
    found = released(shop.bench, [other, shop.service], [])
    assert [(one.service, one.version) for one in found] == [("another", "v0.1.0"), ("delivery", "v1.0.2")]


def test_traffic_that_could_not_be_moved_is_where_it_was(shop: Shop) -> None:
    deliver(shop)
    shop.commit({"services/delivery/app.py": "2\n"})
    shop.publish()
    shop.namespace().releases.refusals["delivery"] = "no"
    with pytest.raises(FlowError):
        deliver(shop, "1.0.3")
    assert (row(shop).live, row(shop, "v1.0.3").live) == (("qa",), ())
    assert row(shop, "v1.0.3").runs == ("qa",)


def test_a_cluster_that_does_not_answer_is_told_and_passed_over(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent() -> None:
        raise FlowError("ask prod", "it does not answer", code=ExitCode.UNAVAILABLE)

    deliver(shop)
    monkeypatch.setattr(shop.namespace("prod").workloads, "check_cluster", silent)
    assert row(shop).runs == ("qa",)
    assert shop.reporter.warnings == ["what runs in prod is not known: it does not answer"]


def test_an_origin_that_does_not_answer_is_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> None:
        raise FlowError("fetch", "origin does not answer", code=ExitCode.UNAVAILABLE)

    deliver(shop)
    monkeypatch.setattr(shop.source, "fetch", silent)
    assert row(shop).cut_by == "cutter"
    assert shop.reporter.warnings == ["what was cut elsewhere may be missing: origin does not answer"]


def test_where_main_does_not_say_whose_signatures_count_nobody_s_do(shop: Shop) -> None:
    deliver(shop)
    shop.commit({SIGNERS: None})
    shop.publish()
    assert row(shop).approval == "no record"
    assert shop.reporter.warnings == [f"no signature counts: {SIGNERS} is not on main"]


def test_a_registry_that_does_not_answer(shop: Shop) -> None:
    shop.registry.down.add(shop.bench.settings.registry)
    with pytest.raises(FlowError) as error:
        rows(shop)
    assert error.value.code is ExitCode.UNAVAILABLE
