"""The gate in front of production: every reason to stay shut, and the one way through."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.approvals import Standing
from build_tasks.model.evidence import Decision, ReleasedArtifacts, ReleaseRecord, SignedStatement, Statement
from build_tasks.model.source import Signature
from build_tasks.planning.releases.approvals import (
    ApprovalState,
    approval_state,
    check_approved,
    check_may_decide,
    stand,
)
from build_tasks.planning.releases.hands import hands, same_hand
from tests.fakes.samples import SHA, digest, v

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CUTTER, ANN, BEN, EVE = (Signature(name, f"SHA256:{name}") for name in ("cutter", "ann", "ben", "eve"))
RECORD = ReleaseRecord("delivery", v("1.0.2"), SHA, CUTTER)
ARTIFACTS = ReleasedArtifacts(digest("a"), digest("b"))
STATEMENT = Statement(
    Decision.APPROVE, "delivery", "1.0.2", "prod", digest("a"), digest("b"), NOW - HOUR, NOW + HOUR, "tested"
)
APPROVAL = SignedStatement(STATEMENT, ANN)


def rejected(**changes: Any) -> SignedStatement:
    return altered(decision=Decision.REJECT, reason="leaks", **changes)


def altered(signer: Signature | None = ANN, refusal: str = "", **changes: Any) -> SignedStatement:
    return SignedStatement(replace(STATEMENT, **changes), signer, refusal)


def standing(*statements: SignedStatement, now: datetime | None = NOW, required: int = 1) -> Standing:
    return stand(RECORD, ARTIFACTS, "prod", statements, now, required)


def gate(
    *statements: SignedStatement, now: datetime | None = NOW, required: int = 1
) -> tuple[SignedStatement, ...]:
    return check_approved(RECORD, standing(*statements, now=now, required=required), [CUTTER, ANN, BEN, EVE])


def refusal(*statements: SignedStatement, now: datetime | None = NOW, required: int = 1) -> FlowError:
    with pytest.raises(FlowError) as refused:
        gate(*statements, now=now, required=required)
    assert refused.value.code is ExitCode.REFUSED
    assert refused.value.what == "promote delivery v1.0.2"
    return refused.value


def test_a_valid_approval_opens() -> None:
    assert gate(APPROVAL) == (APPROVAL,)


def test_every_valid_approval_is_told() -> None:
    later = altered(BEN)
    assert gate(altered(CUTTER), APPROVAL, later) == (APPROVAL, later)


def test_nobody_has_approved() -> None:
    found = refusal()
    assert (found.why, found.details) == ("nobody has approved it yet", ())
    assert (
        found.fix == "an approver runs: ./inv delivery.approve --version 1.0.2 (may approve: ann, ben, eve)"
    )


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            altered(None, "the key SHA256:x is not among the allowed signers"),
            "an unknown signer: the key SHA256:x",
        ),
        (altered(None), "an unknown signer: not signed"),
        (altered(ANN, "changed since"), "ann: changed since"),
        (altered(service="package"), "ann: it is about package 1.0.2"),
        (altered(version="1.0.3"), "ann: it is about delivery 1.0.3"),
        (altered(version="v1.0.2"), "ann: it is about delivery v1.0.2"),
        (altered(environment="qa"), "ann: it is about qa, not prod"),
        (altered(image=digest("c")), "ann: it is about image cccccccccccc, not aaaaaaaaaaaa"),
        (altered(chart=digest("c")), "ann: it is about chart cccccccccccc, not bbbbbbbbbbbb"),
        (altered(image=digest("b"), chart=digest("a")), "ann: it is about image bbbbbbbbbbbb"),
        (altered(CUTTER), "cutter: cut this release and cannot approve it"),
        (altered(Signature("ann", CUTTER.fingerprint)), "ann: cut this release"),
        (altered(Signature("cutter", "SHA256:other")), "cutter: cut this release"),
        (altered(expires=NOW - HOUR), "ann: expired on 2026-03-01 11:00 UTC"),
        (altered(expires=NOW), "ann: expired on 2026-03-01 12:00 UTC"),
        (altered(issued=NOW + timedelta(seconds=1)), "ann: issued in the future (2026-03-01 12:00 UTC)"),
    ],
)
def test_an_approval_that_does_not_count(statement: SignedStatement, reason: str) -> None:
    found = refusal(statement)
    assert found.why == "there is no valid approval"
    [detail] = found.details
    assert detail.startswith(reason)


def test_every_reason_is_told() -> None:
    assert len(refusal(altered(CUTTER), altered(expires=NOW), altered(environment="qa")).details) == 3


def test_the_last_second_counts() -> None:
    ends = altered(expires=NOW + HOUR)
    assert gate(ends, now=NOW + HOUR - timedelta(microseconds=1)) == (ends,)
    assert refusal(ends, now=NOW + HOUR).why == "there is no valid approval"


def test_the_first_second_counts() -> None:
    begins = altered(issued=NOW)
    assert gate(begins) == (begins,)


@pytest.mark.parametrize(
    "rejection",
    [
        rejected(),
        # What stops a release does not get old, does not hang on clocks, and may come from whoever cut it.
        rejected(expires=NOW - HOUR),
        rejected(issued=NOW + HOUR),
        rejected(signer=CUTTER),
        rejected(signer=BEN),
    ],
)
def test_a_rejection_wins(rejection: SignedStatement) -> None:
    for statements in [(APPROVAL, rejection), (rejection, APPROVAL), (rejection,)]:
        who = rejection.signer.principal if rejection.signer else ""
        assert refusal(*statements).why == f"rejected by {who}: leaks"


@pytest.mark.parametrize(
    "rejection",
    [
        rejected(signer=None, refusal="not among the allowed signers"),
        rejected(image=digest("c")),
        rejected(chart=digest("c")),
        rejected(version="1.0.1"),
        rejected(environment="qa"),
    ],
)
def test_a_rejection_by_nobody_or_of_something_else_does_not_count(rejection: SignedStatement) -> None:
    assert gate(rejection, APPROVAL) == (APPROVAL,)


def test_whatever_the_time_an_approval_that_let_it_in_before_counts() -> None:
    assert gate(APPROVAL, now=None) == (APPROVAL,)
    for signed in (rejected(signer=BEN), altered(refusal="not accepted"), altered(environment="qa")):
        refusal(signed, now=None)


def test_the_cutter_may_not_decide() -> None:
    for hand in (CUTTER, Signature("cutter", "SHA256:new"), Signature("somebody", CUTTER.fingerprint)):
        with pytest.raises(FlowError, match="cut this release; somebody else must approve it") as refused:
            check_may_decide(RECORD, hand)
        assert refused.value.code is ExitCode.REFUSED
    check_may_decide(RECORD, ANN)


def test_one_hand_is_a_person_or_a_key() -> None:
    assert same_hand(ANN, ANN)
    assert same_hand(ANN, Signature("ann", "SHA256:new")) and same_hand(ANN, Signature("new", "SHA256:ann"))
    assert not same_hand(ANN, BEN)


def test_hands_join_where_they_share_something() -> None:
    lent = Signature("ben", "SHA256:ann")
    assert hands([ANN, BEN, EVE]) == [{ANN}, {BEN}, {EVE}]
    assert hands([ANN, EVE, BEN, lent]) == [{ANN, BEN, lent}, {EVE}]
    assert hands([ANN, lent, BEN, ANN]) == [{ANN, BEN, lent}]


def test_two_people_are_wanted() -> None:
    both = (APPROVAL, altered(BEN))
    assert gate(*both, required=2) == both
    found = refusal(APPROVAL, required=2)
    assert found.why == "1 of 2 approvals: ann; missing 1"
    assert found.fix.endswith("(may approve: ben, eve)")
    assert refusal(required=3).why == "0 of 3 approvals; missing 3"


@pytest.mark.parametrize(
    "second",
    [
        APPROVAL,
        altered(issued=NOW),
        altered(Signature("ann", "SHA256:new")),
        altered(Signature("new", "SHA256:ann")),
        altered(CUTTER),
        altered(BEN, expires=NOW),
        altered(BEN, issued=NOW + HOUR),
        altered(BEN, environment="qa"),
    ],
)
def test_one_person_is_not_two(second: SignedStatement) -> None:
    for statements in [(APPROVAL, second), (second, APPROVAL)]:
        assert refusal(*statements, required=2).why.endswith("; missing 1")


def test_a_key_that_two_people_use_makes_them_one() -> None:
    lent = altered(Signature("ben", "SHA256:ann"), environment="qa")
    assert refusal(APPROVAL, altered(BEN), lent, required=2).why == "1 of 2 approvals: ann; missing 1"


def test_a_key_that_the_cutter_used_is_the_cutter_s() -> None:
    theirs = altered(Signature("cutter", "SHA256:eve"), version="1.0.1")
    assert gate(altered(EVE)) == (altered(EVE),)
    assert refusal(altered(EVE), theirs).details == (
        "cutter: it is about delivery 1.0.1",
        "eve: shares a key with cutter, who cut this release and cannot approve it",
    )


def test_what_a_person_signed_last_is_what_counts() -> None:
    shorter = altered(issued=NOW, expires=NOW + HOUR / 2)
    assert gate(shorter, APPROVAL) == gate(APPROVAL, shorter) == (shorter,)
    assert refusal(APPROVAL, shorter, now=NOW + HOUR / 2).details == ("ann: expired on 2026-03-01 12:30 UTC",)


def test_nobody_else_may() -> None:
    both = (APPROVAL, altered(BEN), altered(EVE))
    assert refusal(*both, required=4).fix.endswith("(may approve: nobody that main names)")


@pytest.mark.parametrize(
    ("statements", "promoted", "state"),
    [
        ((), False, ApprovalState.WAITING),
        ((APPROVAL,), False, ApprovalState.WAITING),
        ((APPROVAL, altered(BEN)), False, ApprovalState.APPROVED),
        ((APPROVAL, altered(BEN, expires=NOW)), False, ApprovalState.EXPIRED),
        ((APPROVAL,), True, ApprovalState.APPROVED),
        ((APPROVAL, altered(BEN), rejected(signer=CUTTER)), True, ApprovalState.REJECTED),
    ],
)
def test_in_a_word(statements: tuple[SignedStatement, ...], promoted: bool, state: ApprovalState) -> None:
    now, lapsed = (standing(*statements, now=time, required=2) for time in (NOW, None))
    assert approval_state(now, lapsed, promoted=promoted) is state


#: Whoever cut it signed as ann: then nobody knows which of the two ann's other signatures are by.
LENT = Signature("ann", CUTTER.fingerprint)
HANDS = st.sampled_from([CUTTER, ANN, BEN, LENT, None])
STATEMENTS = st.builds(
    SignedStatement,
    st.builds(
        Statement,
        decision=st.sampled_from(Decision),
        service=st.sampled_from(["delivery", "package"]),
        version=st.sampled_from(["1.0.2", "1.0.3"]),
        environment=st.sampled_from(["prod", "qa"]),
        image=st.sampled_from([digest("a"), digest("c")]),
        chart=st.sampled_from([digest("b"), digest("c")]),
        issued=st.sampled_from([NOW - HOUR, NOW, NOW + HOUR]),
        expires=st.sampled_from([NOW - HOUR, NOW, NOW + HOUR]),
    ),
    signer=HANDS,
    refusal=st.sampled_from(["", "", "not accepted"]),
)
#: Statements that differ from a valid approval in a few fields only: what chance alone rarely makes.
NEARLY = st.builds(
    lambda kind, hand, moment: altered(hand, decision=kind, issued=moment),
    st.sampled_from(Decision),
    HANDS,
    st.sampled_from([NOW - HOUR, NOW + HOUR]),
)


def _is_valid_approval(signed: SignedStatement) -> bool:
    """The rule said once more, the other way round."""
    said, hand = signed.statement, signed.signer
    return (
        hand in (ANN, BEN)
        and not signed.refusal
        and said.decision is Decision.APPROVE
        and (said.service, said.version, said.environment) == ("delivery", "1.0.2", "prod")
        and (said.image, said.chart) == (ARTIFACTS.image, ARTIFACTS.chart)
        and said.issued <= NOW < said.expires
    )


@given(st.lists(st.one_of(STATEMENTS, NEARLY), max_size=5))
def test_nothing_but_a_valid_approval_opens(statements: list[SignedStatement]) -> None:
    try:
        opened = gate(*statements)
    except FlowError as error:
        assert error.code is ExitCode.REFUSED
        lent = any(one.signer == LENT and not one.refusal for one in statements)
        valid = [one for one in statements if _is_valid_approval(one) and not (lent and one.signer == ANN)]
        assert error.why.startswith("rejected by") or not valid
    else:
        assert all(_is_valid_approval(one) and one in statements for one in opened)


@given(st.lists(st.one_of(STATEMENTS, NEARLY), max_size=8))
def test_two_valid_approvals_by_different_people_and_keys_or_none(statements: list[SignedStatement]) -> None:
    try:
        one, other = gate(*statements, required=2)
    except FlowError as error:
        assert error.code is ExitCode.REFUSED
    else:
        assert _is_valid_approval(one) and _is_valid_approval(other)
        assert one.signer and other.signer and not same_hand(one.signer, other.signer)


@given(st.lists(STATEMENTS, max_size=4), st.integers(min_value=0, max_value=4))
def test_a_rejection_wins_wherever_it_stands(statements: list[SignedStatement], place: int) -> None:
    statements.insert(place, rejected(signer=BEN))
    assert refusal(*statements, APPROVAL).why.startswith("rejected by")
