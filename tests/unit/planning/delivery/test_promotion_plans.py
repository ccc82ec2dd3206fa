"""The file of a plan, and every way in which a plan may hold no longer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.model.evidence import ReleasedArtifacts
from build_tasks.model.promotion import PromotionPlan, SeenApproval
from build_tasks.planning.delivery.promotion_plans import drift, is_plan, read_plan, write_plan
from tests.fakes.samples import SHA, digest, v

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ANN, BEN = (SeenApproval(name, NOW, NOW + timedelta(hours=72)) for name in ("ann", "ben"))
PLAN = PromotionPlan(
    service="delivery",
    version=v("1.0.2"),
    environment="prod",
    found=ReleasedArtifacts(digest("a"), digest("b")),
    commit=SHA,
    active=v("1.0.1"),
    running=digest("c"),
    manifests=digest("d"),
    approvals=(ANN,),
    required=2,
    reason="v1.0.2 promoted",
    downgrade=False,
    made=NOW,
)
FIRST = replace(PLAN, active=None, running=None, approvals=())


@pytest.mark.parametrize("plan", [PLAN, FIRST, replace(PLAN, downgrade=True, reason='it"s\n')])
def test_a_file_is_read_as_it_was_written(plan: PromotionPlan) -> None:
    assert read_plan(write_plan(plan)) == plan
    assert is_plan(write_plan(plan))


def test_a_file_in_another_encoding_is_no_plan() -> None:
    """And so nothing that may be overwritten."""
    assert not is_plan('{"kind": "Menü", "format": 1}'.encode("latin-1"))


def test_a_file_is_for_people_too() -> None:
    said = json.loads(write_plan(PLAN))
    assert [*said][:6] == ["kind", "format", "made", "service", "version", "environment"]
    assert (said["kind"], said["format"], said["active"]) == ("build-tasks/promotion", 1, "1.0.1")
    assert said["approvals"] == [
        {"by": "ann", "issued": "2026-03-01T12:00:00Z", "expires": "2026-03-04T12:00:00Z"}
    ]


def changed(**fields: object) -> bytes:
    return json.dumps({**json.loads(write_plan(PLAN)), **fields}).encode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is not the plan of a promotion"),
        (b"[]", "it is not the plan of a promotion"),
        (b"{}", "it is not the plan of a promotion"),
        (b"\xff", "it is not the plan of a promotion"),
        (b"[" * 100_000, "it is not the plan of a promotion"),
        (changed(kind="other"), "it is not the plan of a promotion"),
        (changed(format=2), "it is a plan of format 2, and these tasks read format 1"),
        (changed(image="latest"), "'latest' is not a sha256 digest"),
        (changed(manifests=""), "'' is not a sha256 digest"),
        (changed(version="1.0"), "'1.0' is not a SemVer 2.0 version"),
        (changed(required="two"), "Expected `int`"),
        (changed(extra=1), "unknown field `extra`"),
        (changed(made="2026-03-01T12:00:00"), "no time zone"),
        (changed(made="yesterday"), "Invalid RFC3339"),
        (json.dumps({"kind": "build-tasks/promotion", "format": 1}).encode(), "missing required field"),
    ],
)
def test_what_is_no_plan(data: bytes, said: str) -> None:
    with pytest.raises(ValueError) as refused:
        read_plan(data)
    assert said in str(refused.value)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_document_is_more_than_a_value_error(value: Any) -> None:
    for data in (
        json.dumps(value).encode(),
        changed(approvals=value),
        changed(made=value),
        changed(active=value),
    ):
        try:
            read_plan(data)
        except ValueError:
            continue


def test_a_plan_that_holds() -> None:
    assert drift(PLAN, PLAN) == []
    assert drift(FIRST, replace(FIRST, made=NOW + timedelta(days=1), required=3)) == []


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (
            replace(PLAN, found=ReleasedArtifacts(digest("e"), digest("b"))),
            "the image: v1.0.2 is eeeeeeeeeeee by now, the plan has aaaaaaaaaaaa",
        ),
        (
            replace(PLAN, found=ReleasedArtifacts(digest("a"), digest("e")), manifests=digest("f")),
            "the chart: v1.0.2 is eeeeeeeeeeee by now, the plan has bbbbbbbbbbbb",
        ),
        (
            replace(PLAN, commit="d" * 40),
            "the release record: it names commit dddddddddddd, the plan has c0ffee000000",
        ),
        (
            replace(PLAN, manifests=digest("e")),
            "the manifests: Helm renders eeeeeeeeeeee here, the plan has dddddddddddd",
        ),
        (replace(PLAN, environment="live"), "production: it is called live, the plan has prod"),
        (
            replace(PLAN, active=v("1.0.3"), running=digest("e")),
            "the active version: it is v1.0.3 by now, the plan has v1.0.1",
        ),
        (
            replace(PLAN, active=None, running=None),
            "the active version: it is no version by now, the plan has v1.0.1",
        ),
        (replace(PLAN, running=digest("e")), "what runs: the release of v1.0.1 was changed since"),
        (replace(PLAN, running=None), "what runs: the release of v1.0.1 was changed since"),
        (replace(PLAN, approvals=()), "the approvals: the one by ann counts no more"),
        (replace(PLAN, approvals=(BEN,)), "the approvals: the one by ann counts no more"),
    ],
)
def test_a_plan_that_holds_no_longer(now: PromotionPlan, said: str) -> None:
    assert drift(PLAN, now) == [said]


def test_every_difference_is_told() -> None:
    now = replace(
        PLAN, found=ReleasedArtifacts(digest("e"), digest("f")), active=None, running=None, approvals=()
    )
    assert [line.partition(":")[0] for line in drift(PLAN, now)] == [
        *("the image", "the chart", "the active version", "the approvals")
    ]


def test_what_a_plan_brings_about_is_no_difference() -> None:
    """It was carried out, or interrupted at its end: doing it again changes nothing."""
    assert drift(PLAN, replace(PLAN, active=v("1.0.2"), running=digest("d"), approvals=(ANN, BEN))) == []


def test_an_approval_that_was_given_anew_is_no_difference() -> None:
    later = replace(ANN, issued=NOW + timedelta(hours=1))
    assert drift(PLAN, replace(PLAN, approvals=(later,))) == []
