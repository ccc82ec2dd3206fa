"""Who may decide, what is signed, and the gate that reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.evidence import APPROVAL_TYPE, Decision, SignedStatement
from build_tasks.model.images import Ref
from build_tasks.model.plan import Action, Verb
from build_tasks.planning.releases.statements import read_statement
from build_tasks.steps.evidence.approval import check_gate, decide, decisions
from build_tasks.steps.evidence.released import artifacts
from build_tasks.steps.release.cut import cut
from tests.fakes.samples import v
from tests.unit.steps.shop import SIGNERS, Shop

VERSION = v("1.0.2")
IMAGE = Ref("localhost:5001", "delivery")


@pytest.fixture
def verified(shop: Shop) -> Shop:
    """1.0.2 was cut by ``cutter``, pushed, deployed to qa and verified there."""
    cut(shop.bench, shop.service, VERSION, None, push=True)
    shop.pushed("1.0.2")
    shop.smoke_test("1.0.2")
    for verb in (Verb.DEPLOY, Verb.VERIFY):
        shop.run(Action(verb, "delivery", "", VERSION, "qa"))
    shop.reporter.forget()
    return shop


def approve(shop: Shop, key: str = "ann", decision: Decision = Decision.APPROVE) -> SignedStatement:
    path = shop.keys[key]
    return decide(shop.bench, shop.service, VERSION, decision, key=path, reason="looked at it")


def gate(shop: Shop) -> SignedStatement:
    """The first of the approvals that open it."""
    found = artifacts(shop.bench, shop.service, VERSION)
    return check_gate(shop.bench, shop.service, VERSION, found, shop.prod)[0]


def shut(shop: Shop) -> FlowError:
    with pytest.raises(FlowError) as refused:
        gate(shop)
    assert refused.value.code is ExitCode.REFUSED
    return refused.value


def attached(shop: Shop) -> int:
    found = artifacts(shop.bench, shop.service, VERSION)
    return len(shop.registry.attachments(IMAGE.at(found.image), APPROVAL_TYPE))


def refused(shop: Shop, key: str = "ann", decision: Decision = Decision.APPROVE) -> FlowError:
    with pytest.raises(FlowError) as error:
        approve(shop, key, decision)
    assert attached(shop) == 0, "something is half done"
    return error.value


def test_an_approval_opens_the_gate(verified: Shop) -> None:
    assert shut(verified).why == "nobody has approved it yet"
    signed = approve(verified)
    assert verified.reporter.notes == ["signed by ann, counts until 2026-03-04 12:00 UTC"]
    opened = gate(verified)
    assert opened.signer == signed.signer
    assert opened.statement == signed.statement


def test_what_is_signed(verified: Shop) -> None:
    approve(verified)
    found = artifacts(verified.bench, verified.service, VERSION)
    [item] = verified.registry.attachments(IMAGE.at(found.image), APPROVAL_TYPE)
    statement = read_statement(item.files["statement.json"])
    assert (statement.service, statement.version, statement.environment) == ("delivery", "1.0.2", "prod")
    assert (statement.image, statement.chart) == (found.image, found.chart)
    assert statement.issued == verified.clock.now()
    assert statement.expires == verified.clock.now() + timedelta(hours=72)
    assert statement.reason == "looked at it"


def test_whoever_cut_it_cannot_approve_it(verified: Shop) -> None:
    error = refused(verified, "cutter")
    assert error.code is ExitCode.REFUSED
    assert "cutter cut this release" in error.why


def test_whoever_cut_it_may_reject_it(verified: Shop) -> None:
    approve(verified)
    approve(verified, "cutter", Decision.REJECT)
    assert verified.reporter.notes[-1] == "signed by cutter"
    assert shut(verified).why == "rejected by cutter: looked at it"


@pytest.mark.parametrize("decision", Decision)
def test_a_key_that_main_does_not_list(verified: Shop, decision: Decision) -> None:
    error = refused(verified, "stranger", decision)
    assert error.code is ExitCode.REFUSED
    assert "allowed signers" in error.why


def test_a_key_that_may_only_cut(verified: Shop) -> None:
    verified.commit({SIGNERS: verified.signers(cutter="git", stranger="git")})
    verified.publish()
    assert refused(verified, "stranger").code is ExitCode.REFUSED


def test_approvers_are_those_of_main(verified: Shop) -> None:
    """A release branch that adds its author to the list changes nothing."""
    verified.source.create_branch("mine", "HEAD")
    verified.source.check_out("mine")
    verified.commit({SIGNERS: verified.signers(cutter="git", stranger="approval@build-tasks")})
    assert refused(verified, "stranger").code is ExitCode.REFUSED


def test_what_was_not_verified_is_not_approved(verified: Shop) -> None:
    verified.namespace().releases._runs.clear()
    error = refused(verified)
    assert error.code is ExitCode.REFUSED
    assert error.fix == "./inv delivery.verify --env qa --version 1.0.2"


def test_what_failed_its_smoke_test_is_not_approved(verified: Shop) -> None:
    verified.smoke_test("1.0.2", passes=False)
    with pytest.raises(FlowError):
        verified.run(Action(Verb.VERIFY, "delivery", "", VERSION, "qa"))
    assert refused(verified).why == "test: Failed"


def test_what_does_not_run_anywhere_is_not_approved(verified: Shop) -> None:
    verified.namespace().releases.uninstall("delivery-v1-0-2")
    assert refused(verified).code is ExitCode.USAGE


def test_what_was_not_verified_can_be_rejected(verified: Shop) -> None:
    verified.namespace().releases.uninstall("delivery-v1-0-2")
    approve(verified, "ann", Decision.REJECT)
    assert "rejected by ann" in shut(verified).why


def test_what_nobody_cut_is_not_approved(shop: Shop) -> None:
    shop.pushed("1.0.2")
    assert "nobody signed for this release" in refused(shop).why


def test_what_was_never_pushed_is_not_approved(shop: Shop) -> None:
    with pytest.raises(FlowError) as error:
        approve(shop)
    assert error.value.code is ExitCode.USAGE


def test_an_approval_gets_old(verified: Shop) -> None:
    approve(verified)
    verified.clock.pause(72 * 3600)
    error = shut(verified)
    assert error.details == ("ann: expired on 2026-03-04 12:00 UTC",)
    approve(verified, "ben")
    assert gate(verified).signer is not None


def test_an_approver_who_was_struck_off(verified: Shop) -> None:
    approve(verified)
    verified.commit({SIGNERS: verified.signers(ann="git", cutter="git")})
    verified.publish()
    [detail] = shut(verified).details
    assert detail.startswith("an unknown signer: the allowed signers name the key")


def test_an_approval_does_not_pass_to_other_content(verified: Shop) -> None:
    """Even if somebody moves the tag: the statement hangs on the image it is about, and names it."""
    approve(verified)
    found = artifacts(verified.bench, verified.service, VERSION)
    other = verified.registry.add_image(IMAGE.tagged("v1.0.2"), {}, b"evil")
    assert shut(verified).why == "nobody has approved it yet"
    [item] = verified.registry.attachments(IMAGE.at(found.image), APPROVAL_TYPE)
    verified.registry.attach(IMAGE.at(other), APPROVAL_TYPE, item.files)
    [detail] = shut(verified).details
    assert "it is about image" in detail


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"2026-03-04", b"2036-03-04"), (b"approve", b"reject"), (b'"prod"', b'"qa"')],
)
def test_a_statement_that_was_tampered_with_does_not_count(verified: Shop, old: bytes, new: bytes) -> None:
    approve(verified)
    found = artifacts(verified.bench, verified.service, VERSION)
    subject = IMAGE.at(found.image)
    [item] = verified.registry.attachments(subject, APPROVAL_TYPE)
    changed = {**item.files, "statement.json": item.files["statement.json"].replace(old, new)}
    verified.registry.attach(subject, APPROVAL_TYPE, changed)
    outcomes = decisions(verified.bench, verified.service, found)
    assert [outcome.signer is not None for outcome in outcomes] == [True, False]
    assert outcomes[1].refusal == "what was signed has been changed since"
    assert gate(verified).statement == outcomes[0].statement


@pytest.mark.parametrize(
    "files",
    [{}, {"other": b"x"}, {"statement.json": b"{"}, {"statement.json": b"{}", "statement.json.sig": b""}],
)
def test_rubbish_is_passed_over(verified: Shop, files: dict[str, bytes]) -> None:
    approve(verified)
    found = artifacts(verified.bench, verified.service, VERSION)
    verified.registry.attach(IMAGE.at(found.image), APPROVAL_TYPE, files or {"x": b""})
    assert gate(verified).signer is not None
    assert "is passed over" in verified.reporter.warnings[-1]


def test_a_statement_without_a_signature_does_not_count(verified: Shop) -> None:
    approve(verified)
    found = artifacts(verified.bench, verified.service, VERSION)
    [item] = verified.registry.attachments(IMAGE.at(found.image), APPROVAL_TYPE)
    other = verified.registry.add_image(IMAGE.tagged("v9.9.9"), {}, b"other")
    verified.registry.attach(IMAGE.at(other), APPROVAL_TYPE, {"statement.json": item.files["statement.json"]})
    [outcome] = decisions(verified.bench, verified.service, type(found)(image=other, chart=found.chart))
    assert outcome.refusal == "that is not an SSH signature"


def want(shop: Shop, required: int, *, publish: bool = True) -> None:
    """The settings say how many must approve; on origin's main if they are published."""
    shop.commit({"pyproject.toml": f"[tool.build_tasks.approval]\nrequired = {required}\n"})
    if publish:
        shop.publish()


def test_two_people_must_approve(verified: Shop) -> None:
    want(verified, 2)
    approve(verified)
    approve(verified)
    error = shut(verified)
    assert error.why == "1 of 2 approvals: ann; missing 1"
    assert error.fix == "an approver runs: ./inv delivery.approve --version 1.0.2 (may approve: ben)"
    approve(verified, "ben")
    assert gate(verified).signer is not None


def test_one_of_two_who_turns_against_it_stops_it(verified: Shop) -> None:
    want(verified, 2)
    for name in ("ann", "ben"):
        approve(verified, name)
    approve(verified, "ann", Decision.REJECT)
    approve(verified)
    assert shut(verified).why == "rejected by ann: looked at it"


def test_a_release_branch_does_not_lower_how_many_are_wanted(verified: Shop) -> None:
    want(verified, 2)
    verified.source.create_branch("mine", "HEAD")
    verified.source.check_out("mine")
    want(verified, 1, publish=False)
    approve(verified)
    assert shut(verified).why == "1 of 2 approvals: ann; missing 1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("required = 0", "main:pyproject.toml:2: tool.build_tasks.approval.required: "),
        ("required = 'two'", "main:pyproject.toml:2: tool.build_tasks.approval.required: "),
        ("requierd = 2", "main:pyproject.toml:2: tool.build_tasks.approval.requierd: "),
        ("required =", "main:pyproject.toml:2: "),
    ],
)
def test_a_number_that_cannot_be_read_lets_nothing_pass(verified: Shop, text: str, said: str) -> None:
    approve(verified)
    verified.commit({"pyproject.toml": f"[tool.build_tasks.approval]\n{text}\n"})
    verified.publish()
    with pytest.raises(FlowError) as error:
        gate(verified)
    assert error.value.code is ExitCode.CONFIG
    assert error.value.details[0].startswith(said)


@pytest.mark.parametrize("text", ["tool = 3", "[tool]\nbuild_tasks = []", "[tool.build_tasks]\napproval = 1"])
def test_settings_that_are_no_tables(verified: Shop, text: str) -> None:
    verified.commit({"pyproject.toml": text})
    verified.publish()
    with pytest.raises(FlowError) as error:
        gate(verified)
    assert error.value.code is ExitCode.CONFIG


# What was attached to an image in prod/ by the promotion job, and what somebody deletes from the candidates.


@pytest.fixture
def promoted(verified: Shop) -> Shop:
    """1.0.2 was approved by ann, and copied to prod/."""
    approve(verified)
    verified.run(Action(Verb.COPY, "delivery", "", VERSION))
    verified.reporter.forget()
    return verified


def test_a_rejection_that_prod_has_counts_although_it_was_deleted(promoted: Shop) -> None:
    approve(promoted, "ben", Decision.REJECT)
    promoted.run(Action(Verb.COPY, "delivery", "", VERSION))
    promoted.registry.delete_attachments(IMAGE, APPROVAL_TYPE)
    approve(promoted)
    assert shut(promoted).why == "rejected by ben: looked at it"


def test_a_rejection_that_the_gate_saw_cannot_be_taken_back(promoted: Shop) -> None:
    """Who may delete candidates may not write to prod/: it is kept there from then on."""
    approve(promoted, "ben", Decision.REJECT)
    assert shut(promoted).why == "rejected by ben: looked at it"
    promoted.registry.delete_attachments(IMAGE, APPROVAL_TYPE)
    approve(promoted)
    assert shut(promoted).why == "rejected by ben: looked at it"


def test_a_rejection_wins_wherever_it_is(promoted: Shop) -> None:
    """prod/ knows of the approval alone."""
    approve(promoted, "ben", Decision.REJECT)
    promoted.registry.read_only = True
    assert shut(promoted).why == "rejected by ben: looked at it"
    [warning] = promoted.reporter.warnings
    assert warning.startswith("what was decided is kept with the candidate alone: ")


def test_what_is_in_both_places_is_one_decision(promoted: Shop) -> None:
    found = artifacts(promoted.bench, promoted.service, VERSION)
    assert [s.statement.decision for s in decisions(promoted.bench, promoted.service, found)] == ["approve"]


def test_an_approval_that_prod_has_counts_as_well(promoted: Shop) -> None:
    promoted.registry.delete_attachments(IMAGE, APPROVAL_TYPE)
    assert gate(promoted).signer is not None


def test_a_version_that_was_never_promoted_is_looked_for_among_candidates_alone(verified: Shop) -> None:
    approve(verified, "ben", Decision.REJECT)
    assert shut(verified).why == "rejected by ben: looked at it"
    assert verified.reporter.warnings == []
    assert verified.registry.digest(IMAGE.under("prod").tagged("v1.0.2")) is None


def test_a_registry_that_goes_away_is_not_a_refusal(verified: Shop) -> None:
    verified.registry.down.add("localhost:5001")
    with pytest.raises(FlowError) as error:
        gate(verified)
    assert error.value.code is ExitCode.UNAVAILABLE
