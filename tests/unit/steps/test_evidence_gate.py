"""Nothing goes into production whose evidence is missing, failed, about something else or by just anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.evidence import Decision, ReleasedArtifacts
from build_tasks.model.images import Ref
from build_tasks.model.plan import Action, Plan, Verb
from build_tasks.model.proofs import Content, EvidenceKind, Scanned
from build_tasks.model.scan import Verdict
from build_tasks.planning.plans.pipeline import delivery, promotion, release
from build_tasks.planning.scanning.policy import judge
from build_tasks.steps.artifacts.image_labels import INPUTS_LABEL
from build_tasks.steps.evidence.approval import decide
from build_tasks.steps.evidence.gate import check_evidence, main_policy
from build_tasks.steps.evidence.released import artifacts
from build_tasks.steps.execute import execute
from build_tasks.steps.release.cut import cut
from build_tasks.steps.run import Run
from tests.fakes.samples import digest, v
from tests.fakes.scanning import finding
from tests.unit.planning.evidence_samples import a_test_run
from tests.unit.steps.attesting import IMAGE, attest, contents, inputs_of, released
from tests.unit.steps.shop import SIGNERS, Shop

VERSION = v("1.0.2")
CHART = digest("d")
PROD_IMAGE = IMAGE.under("prod")
POLICY = "policy/scan.toml"
EVERY_TYPE = [kind.artifact_type for kind in EvidenceKind]


def pushed(shop: Shop, *, without: frozenset[EvidenceKind] = frozenset()) -> None:
    """The version is in the registry, by hands of whoever could write there; with its evidence."""
    cut(shop.bench, shop.service, VERSION, None, push=True)
    shop.another_machine()
    made = shop.registry.add_image(IMAGE.tagged("v1.0.2"), {INPUTS_LABEL: inputs_of(shop)}, b"theirs")
    pieces = {kind: piece for kind, piece in everything(shop).items() if kind not in without}
    attest(shop, IMAGE.at(made), pieces)


def everything(shop: Shop) -> dict[EvidenceKind, Content]:
    """All that there must be of the version."""
    return {**contents(shop), **released(shop, CHART)}


def refusal(shop: Shop) -> FlowError:
    found = shop.registry.digest(IMAGE.tagged("v1.0.2"))
    assert found
    with pytest.raises(FlowError) as refused:
        check_evidence(shop.bench, shop.service, VERSION, ReleasedArtifacts(found, CHART))
    assert refused.value.code is ExitCode.REFUSED
    assert refused.value.what == "promote delivery v1.0.2"
    return refused.value


def shut(shop: Shop) -> list[str]:
    """Every reason for which the gate stays shut."""
    return list(refusal(shop).details)


def opens(shop: Shop) -> bool:
    found = shop.registry.digest(IMAGE.tagged("v1.0.2"))
    assert found
    return check_evidence(shop.bench, shop.service, VERSION, ReleasedArtifacts(found, CHART)).complete


def test_complete_evidence_opens(shop: Shop) -> None:
    pushed(shop)
    assert opens(shop)


def test_everything_that_is_missing_is_told_at_once(shop: Shop) -> None:
    pushed(shop, without=frozenset(EvidenceKind))
    assert shut(shop) == [f"{kind.words}: missing" for kind in EvidenceKind]


@pytest.mark.parametrize("missing", EvidenceKind)
def test_each_piece_is_needed(shop: Shop, missing: EvidenceKind) -> None:
    pushed(shop, without=frozenset({missing}))
    assert shut(shop) == [f"{missing.words}: missing"]


def test_tests_that_failed(shop: Shop) -> None:
    pushed(shop, without=frozenset({EvidenceKind.TESTS}))
    attest(shop, _image(shop), {EvidenceKind.TESTS: a_test_run(failed=2)})
    assert shut(shop) == ["test results: 2 failed"]


def test_evidence_about_other_inputs(shop: Shop) -> None:
    pushed(shop, without=frozenset(EvidenceKind))
    attest(shop, _image(shop), everything(shop), inputs="f" * 64)
    assert len(shut(shop)) == len(EvidenceKind)
    assert all("about inputs ffffffffffff" in reason for reason in shut(shop))


def test_evidence_about_another_image(shop: Shop) -> None:
    pushed(shop, without=frozenset(EvidenceKind))
    other = IMAGE.at(shop.registry.add_image(IMAGE.tagged("other"), {}, b"other"))
    attest(shop, other, everything(shop))
    for item in shop.registry.attachments(other, *EVERY_TYPE):
        shop.registry.attach(_image(shop), item.artifact_type, item.files)
    assert all("is about image" in reason for reason in shut(shop))


def test_evidence_by_nobody_who_counts(shop: Shop) -> None:
    """An approver's key is none that evidence is signed with."""
    pushed(shop, without=frozenset(EvidenceKind))
    attest(shop, _image(shop), everything(shop), key=shop.keys["ann"])
    assert all("signed by no accepted builder" in reason for reason in shut(shop))


def test_only_main_s_builders_count(shop: Shop) -> None:
    pushed(shop)
    refusing = shop.signers(cutter="git", builder="git")
    shop.write({SIGNERS: refusing})
    assert opens(shop), "the working tree may say what it likes"
    shop.commit({SIGNERS: refusing})
    shop.publish()
    assert len(shut(shop)) == len(EvidenceKind)


def test_another_chart_in_its_place(shop: Shop) -> None:
    pushed(shop, without=frozenset({EvidenceKind.RELEASE}))
    attest(shop, _image(shop), released(shop, digest("e")))
    assert shut(shop) == [
        "version and chart: what builder signed is about chart eeeeeeeeeeee, not dddddddddddd"
    ]


def test_another_commit_than_was_signed_for(shop: Shop) -> None:
    pushed(shop, without=frozenset({EvidenceKind.RELEASE}))
    shop.commit({"README.md": "moved\n"})
    attest(shop, _image(shop), released(shop, CHART))
    [reason] = shut(shop)
    assert "; the release record names " in reason


def test_a_finding_that_was_excepted_for_a_while(shop: Shop) -> None:
    """Main's policy of today is held against the report, not only the verdict of that day."""
    pushed(shop, without=frozenset({EvidenceKind.SCAN}))
    scanned = contents(shop, finding("CVE-2026-9"))[EvidenceKind.SCAN]
    assert isinstance(scanned, Scanned)
    passed = replace(scanned, verdict=Verdict((), tolerated=scanned.report.findings))
    attest(shop, _image(shop), {EvidenceKind.SCAN: passed})
    assert shut(shop) == ["vulnerability scan: the policy on main refuses CVE-2026-9 in libssl3t64 by now"]


EXCEPTION = """
[[exceptions]]
id = "CVE-2026-9"
reason = "never called"
owner = "shipping"
expires = 2026-03-03
"""


def test_an_exception_that_ends_between_release_and_promotion(shop: Shop) -> None:
    shop.commit({POLICY: EXCEPTION})
    shop.publish()
    pushed(shop, without=frozenset({EvidenceKind.SCAN}))
    scanned = contents(shop, finding("CVE-2026-9"))[EvidenceKind.SCAN]
    assert isinstance(scanned, Scanned)
    policy = main_policy(shop.bench)
    passed = replace(scanned, verdict=judge(scanned.report, policy, shop.clock.now().date()))
    attest(shop, _image(shop), {EvidenceKind.SCAN: passed})
    shop.clock.time += timedelta(days=2)
    assert opens(shop), "on its last day"
    shop.clock.time += timedelta(days=1)
    why = "CVE-2026-9 in libssl3t64 (its exception, by shipping, expired on 2026-03-03)"
    assert shut(shop) == [f"vulnerability scan: the policy on main refuses {why} by now"]
    with pytest.raises(FlowError):
        shop.run(Action(Verb.SCAN, "delivery", "test", VERSION))
    assert shut(shop) == [f"vulnerability scan: the policy refuses {why}"], "signed by now"


def test_an_exception_that_ended_and_has_nothing_to_do_with_the_image(shop: Shop) -> None:
    """Scans fail for it until it is taken out; a version that is ready is not kept waiting."""
    pushed(shop)
    shop.commit({POLICY: EXCEPTION})
    shop.publish()
    shop.clock.time += timedelta(days=3)
    assert opens(shop)


@pytest.mark.parametrize(
    ("policy", "lets"),
    [
        ('production_accepts = ["grype"]\n', False),
        ("", False),
        ('production_accepts = ["grype", "patch-level"]\nscanners = ["grype", "patch-level"]\n', True),
    ],
)
def test_production_takes_a_patch_level_scan_only_if_main_says_so(
    shop: Shop, policy: str, lets: bool
) -> None:
    pushed(shop, without=frozenset({EvidenceKind.SCAN}))
    patch_level = contents(shop, scanner="patch-level")[EvidenceKind.SCAN]
    attest(shop, _image(shop), {EvidenceKind.SCAN: patch_level})
    shop.write({POLICY: 'production_accepts = ["patch-level"]\nscanners = ["patch-level"]\n'})
    if policy:
        shop.commit({POLICY: policy})
        shop.publish()
    if lets:
        assert opens(shop)
    else:
        [reason] = shut(shop)
        assert "it was scanned by patch-level, and production_accepts names grype only" in reason


def test_a_scan_that_has_become_too_old(shop: Shop) -> None:
    """It was young enough on the day it was made; what came to light since, it cannot know."""
    pushed(shop)
    shop.clock.time += timedelta(days=5)
    assert opens(shop)
    shop.clock.time += timedelta(hours=3)
    assert shut(shop) == [
        "vulnerability scan: what it knows is of 2026-03-01 12:00 UTC, 5 days and 3 hours old;"
        " the policy allows 5 days (max_age_days)"
    ]


def test_main_says_how_old_a_scan_may_be(shop: Shop) -> None:
    pushed(shop)
    shop.clock.time += timedelta(days=6)
    shop.write({POLICY: "max_age_days = 9\n"})
    assert len(shut(shop)) == 1
    shop.commit({POLICY: "max_age_days = 9\n"})
    shop.publish()
    assert opens(shop)


def test_every_reason_against_a_scan_is_told(shop: Shop) -> None:
    pushed(shop, without=frozenset({EvidenceKind.SCAN}))
    patch_level = contents(shop, finding("CVE-2026-9"), scanner="patch-level")[EvidenceKind.SCAN]
    assert isinstance(patch_level, Scanned)
    passed = replace(patch_level, verdict=Verdict((), tolerated=patch_level.report.findings))
    attest(shop, _image(shop), {EvidenceKind.SCAN: passed})
    shop.clock.time += timedelta(days=7)
    scanner, old, found = shut(shop)
    assert "it was scanned by patch-level" in scanner
    assert "7 days old" in old
    assert found.endswith("the policy on main refuses CVE-2026-9 in libssl3t64 by now")


def test_the_way_on_from_a_scan_that_does_not_do(shop: Shop) -> None:
    """What the gate advises opens it."""
    pushed(shop)
    shop.clock.time += timedelta(days=6)
    assert "the pipeline of release/delivery/v1.0.2" in refusal(shop).fix
    assert "./inv delivery.scan --version 1.0.2" in refusal(shop).fix
    shop.grype.database = shop.clock.now()
    shop.run(Action(Verb.SCAN, "delivery", "as the gate advises", VERSION))
    assert opens(shop)


@pytest.mark.parametrize("missing", [kind for kind in EvidenceKind if kind is not EvidenceKind.SCAN])
def test_the_way_on_from_what_no_scan_brings(shop: Shop, missing: EvidenceKind) -> None:
    pushed(shop, without=frozenset({missing, EvidenceKind.SCAN}))
    assert "./inv release.cut delivery --bump patch" in refusal(shop).fix
    assert "delivery.scan" not in refusal(shop).fix


def test_a_policy_on_main_that_cannot_be_read(shop: Shop) -> None:
    pushed(shop)
    shop.commit({POLICY: "scanners = 3\n"})
    shop.publish()
    with pytest.raises(FlowError) as refused:
        opens(shop)
    assert refused.value.code is ExitCode.CONFIG


# As a part of a promotion.


@pytest.fixture
def approved(shop: Shop) -> Shop:
    """1.0.2 went through qa and was approved."""
    cut(shop.bench, shop.service, VERSION, None, push=True)
    for environment in ("qa", "prod"):
        shop.smoke_test("1.0.2", environment=environment)
    shop.run(*release(shop.service, VERSION), *delivery(shop.service, VERSION))
    decide(shop.bench, shop.service, VERSION, Decision.APPROVE, key=shop.keys["ann"], reason="")
    return shop


def test_evidence_goes_along_into_production(approved: Shop) -> None:
    approved.run(*promotion(approved.service, VERSION, "prod"))
    image = PROD_IMAGE.at(artifacts(approved.bench, approved.service, VERSION).image)
    assert len(approved.registry.attachments(image, *EVERY_TYPE)) == len(EvidenceKind)


def test_an_approver_is_told_beforehand(approved: Shop) -> None:
    waits = Action(Verb.AWAIT_APPROVAL, "delivery", "test", VERSION)
    approved.run(waits)
    assert approved.reporter.warnings == []
    approved.commit({SIGNERS: approved.signers(cutter="git", builder="git")})
    approved.publish()
    approved.run(waits)
    assert len(approved.reporter.warnings) == len(EvidenceKind)
    assert all(line.startswith("production will refuse it: ") for line in approved.reporter.warnings)


def test_nothing_is_copied_without_evidence(approved: Shop) -> None:
    approved.commit({SIGNERS: approved.signers(cutter="git", builder="git")})
    approved.publish()
    with pytest.raises(FlowError) as refused:
        approved.run(*promotion(approved.service, VERSION, "prod"))
    assert refused.value.code is ExitCode.REFUSED
    assert len(refused.value.details) == len(EvidenceKind)
    assert approved.registry.digest(PROD_IMAGE.tagged("v1.0.2")) is None
    assert approved.namespace("prod").releases.list() == []


def test_what_does_not_say_what_it_is_made_of(shop: Shop) -> None:
    cut(shop.bench, shop.service, VERSION, None, push=True)
    shop.registry.add_image(IMAGE.tagged("v1.0.2"), {}, b"unlabelled")
    attest(shop, _image(shop), everything(shop))
    assert all("about inputs" in reason for reason in shut(shop))


def _image(shop: Shop) -> Ref:
    found = shop.registry.digest(IMAGE.tagged("v1.0.2"))
    assert found
    return IMAGE.at(found)


def test_what_was_weighed_is_what_goes_into_production_wherever_the_tag_points_by_then(
    approved: Shop,
) -> None:
    """Somebody who may write candidates moves the tag between the gate and the copy."""
    weighed = artifacts(approved.bench, approved.service, VERSION)
    steps = promotion(approved.service, VERSION, "prod")
    at = next(n for n, action in enumerate(steps) if action.verb is Verb.COPY)
    run = Run(approved.bench, "a change")
    execute(run, Plan("test", tuple(steps[:at])))
    approved.registry.add_image(IMAGE.tagged("v1.0.2"), {INPUTS_LABEL: inputs_of(approved)}, b"another")
    assert artifacts(approved.bench, approved.service, VERSION).image != weighed.image
    execute(run, Plan("test", tuple(steps[at:])))
    assert approved.registry.digest(PROD_IMAGE.tagged("v1.0.2")) == weighed.image
    deployed = approved.namespace("prod").releases.get("delivery-v1-0-2")
    assert deployed is not None
    assert deployed.values["image"]["digest"] == str(weighed.image)  # type: ignore[index]
