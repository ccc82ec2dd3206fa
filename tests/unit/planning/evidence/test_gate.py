"""The gate for evidence: every reason to stay shut, each told, and the one way through."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.model.proofs import OF_CANDIDATES, REUSABLE, EvidenceKind, Sbom, Scanned, SignedEvidence
from build_tasks.model.source import Signature
from build_tasks.model.weighed import Accepted, EvidenceFound
from build_tasks.planning.evidence.gate import Pushed, moment, told, weigh
from tests.fakes.samples import digest
from tests.unit.planning.evidence_samples import (
    BAD,
    CHART,
    HOUR,
    LOW,
    NOW,
    RELEASED,
    SUBJECT,
    a_test_run,
    everything,
    scanned,
    signed,
    statement,
)

KINDS = list(EvidenceKind)
TESTS, SCAN, RELEASE = EvidenceKind.TESTS, EvidenceKind.SCAN, EvidenceKind.RELEASE


def without(kind: EvidenceKind) -> list[SignedEvidence]:
    return [piece for piece in everything() if piece.kind is not kind]


def instead(piece: SignedEvidence) -> EvidenceFound:
    """Everything else is as it should be."""
    return weigh(SUBJECT, [*without(piece.kind), piece])


def test_all_of_it_opens() -> None:
    found = weigh(SUBJECT, everything())
    assert found.complete and told(found) == []
    assert {kind: piece.builder for kind, piece in found.accepted.items()} == dict.fromkeys(KINDS, "ci")


def test_nothing_at_all_is_told_piece_by_piece() -> None:
    assert told(weigh(SUBJECT, [])) == [
        "inputs: missing",
        "test results: missing",
        "vulnerability scan: missing",
        "bill of materials: missing",
        "build provenance: missing",
        "version and chart: missing",
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_each_piece_is_needed(kind: EvidenceKind) -> None:
    found = weigh(SUBJECT, without(kind))
    assert not found.complete
    assert told(found) == [f"{kind.words}: missing"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"signer": None, "refusal": "the key x is not among the allowed signers"}, "signed by no accepted"),
        ({"signer": None}, "signed by no accepted builder: it is not signed"),
        ({"refusal": "changed since"}, "signed by no accepted builder: changed since"),
        ({"image": digest("b")}, "what ci signed is about image bbbbbbbbbbbb, not aaaaaaaaaaaa"),
        ({"inputs": "2" * 64}, "what ci signed is about inputs 222222222222, not 111111111111"),
        ({"service": "package"}, "what ci signed is about package"),
    ],
)
def test_a_piece_that_does_not_count(kind: EvidenceKind, changes: dict[str, object], reason: str) -> None:
    found = instead(signed(kind, **changes))  # type: ignore[arg-type]  # of whatever field
    [problem] = told(found)
    assert problem.startswith(f"{kind.words}: {reason}")
    assert kind not in found.accepted


@pytest.mark.parametrize("kind", KINDS)
def test_a_piece_that_cannot_be_read(kind: EvidenceKind) -> None:
    found = instead(SignedEvidence(kind, None, None, "not a JSON object"))
    assert told(found) == [f"{kind.words}: cannot be read: not a JSON object"]


def test_a_piece_under_another_kind_s_name() -> None:
    found = instead(SignedEvidence(SCAN, statement(TESTS), Signature("ci", "SHA256:ci")))
    assert told(found) == ["vulnerability scan: what ci signed is about the test results"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"version": "1.0.1"}, "version 1.0.1"),
        ({"chart": digest("e")}, "chart eeeeeeeeeeee, not dddddddddddd"),
        ({"commit": "f" * 40}, "commit ffffffffffff; the release record names c0ffee000000"),
    ],
)
def test_a_statement_about_another_release(changes: dict[str, Any], reason: str) -> None:
    """The image may be that of several versions; a chart or commit that was put in its place counts never."""
    said = replace(RELEASED, **changes)
    assert told(instead(signed(RELEASE, said))) == [f"version and chart: what ci signed is about {reason}"]
    assert weigh(SUBJECT, [*everything(), signed(RELEASE, said)]).complete


def test_a_commit_that_is_not_known_is_not_compared() -> None:
    elsewhere = signed(RELEASE, replace(RELEASED, commit="f" * 40))
    subject = replace(SUBJECT, pushed=Pushed("1.0.2", CHART))
    assert weigh(subject, [*without(RELEASE), elsewhere]).complete


def test_a_candidate_is_no_version_yet() -> None:
    candidate = replace(SUBJECT, pushed=None)
    assert weigh(candidate, without(RELEASE)).complete
    assert weigh(candidate, everything()) == weigh(candidate, without(RELEASE))


@pytest.mark.parametrize(
    ("piece", "problem"),
    [
        (signed(TESTS, a_test_run(failed=3)), "test results: 3 failed"),
        (signed(TESTS, a_test_run(passed=0)), "test results: no test passed"),
        (signed(SCAN, scanned(BAD)), "vulnerability scan: the policy refuses CVE-2026-3 in libssl3"),
        (
            signed(SCAN, scanned(*(replace(BAD, id=f"CVE-{n}", package="p") for n in range(7)))),
            "vulnerability scan: the policy refuses CVE-0 in p, CVE-1 in p, CVE-2 in p, CVE-3 in p,"
            " CVE-4 in p and 2 more",
        ),
    ],
)
def test_a_piece_that_speaks_against_the_image(piece: SignedEvidence, problem: str) -> None:
    found = instead(piece)
    assert told(found) == [problem]
    assert piece.kind in found.accepted, "it counts, and can be shown"


def test_every_problem_is_told_at_once() -> None:
    pieces = [
        signed(TESTS, a_test_run(failed=1)),
        signed(SCAN, image=digest("b")),
        signed(SCAN, inputs="2" * 64),
    ]
    assert told(weigh(SUBJECT, pieces)) == [
        "inputs: missing",
        "test results: 1 failed",
        "vulnerability scan: what ci signed is about image bbbbbbbbbbbb, not aaaaaaaaaaaa",
        "vulnerability scan: what ci signed is about inputs 222222222222, not 111111111111",
        "bill of materials: missing",
        "build provenance: missing",
        "version and chart: missing",
    ]


def test_the_same_problem_twice_is_told_once() -> None:
    assert told(weigh(SUBJECT, [*without(SCAN), *[signed(SCAN, image=digest("b"))] * 2])) != []
    assert len(told(weigh(SUBJECT, [*without(SCAN), *[signed(SCAN, image=digest("b"))] * 2]))) == 1


@pytest.mark.parametrize("order", [1, -1])
def test_the_newest_counts_whatever_was_attached_last(order: int) -> None:
    """An old scan that passed, attached once more, does not hide a new one that did not."""
    passed, refused = signed(SCAN, scanned(at=NOW - HOUR)), signed(SCAN, scanned(BAD))
    found = weigh(SUBJECT, [*without(SCAN), *[passed, refused][::order]])
    assert told(found) == ["vulnerability scan: the policy refuses CVE-2026-3 in libssl3"]
    mended = signed(SCAN, scanned(at=NOW + HOUR))
    assert weigh(SUBJECT, [*without(SCAN), *[passed, refused, mended][::order]]).complete


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("before", [NOW, None])
def test_of_one_look_the_newest_judgement_counts(order: int, before: datetime | None) -> None:
    """The same findings, held to a policy that was changed since."""
    refused, passed = (signed(SCAN, scanned(BAD, judged=before)), signed(SCAN, scanned(judged=NOW + HOUR)))
    assert weigh(SUBJECT, [*without(SCAN), *[refused, passed][::order]]).complete
    stricter = signed(SCAN, scanned(BAD, judged=NOW + 2 * HOUR))
    assert not weigh(SUBJECT, [*without(SCAN), *[passed, stricter][::order]]).complete


@pytest.mark.parametrize("order", [1, -1])
def test_a_later_judgement_of_an_earlier_look_knows_no_more(order: int) -> None:
    """A builder that cannot reach the database judges what it found the day before."""
    earlier = signed(SCAN, scanned(at=NOW - HOUR, judged=NOW + HOUR))
    found = weigh(SUBJECT, [*without(SCAN), *[earlier, signed(SCAN, scanned(BAD))][::order]])
    assert told(found) == ["vulnerability scan: the policy refuses CVE-2026-3 in libssl3"]


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (signed(SCAN, scanned()), signed(SCAN, scanned(BAD))),
        (signed(SCAN, scanned(judged=None)), signed(SCAN, scanned(BAD, judged=None))),
        (signed(TESTS, a_test_run()), signed(TESTS, a_test_run(failed=1))),
    ],
)
def test_of_the_same_moment_what_speaks_against_the_image_counts(
    one: SignedEvidence, other: SignedEvidence, order: int
) -> None:
    assert not weigh(SUBJECT, [*without(one.kind), *[one, other][::order]]).complete


def test_an_environment_may_not_take_every_scan() -> None:
    def rule(scan: Scanned) -> list[str]:
        return ["production takes no patch-level scan"] if scan.report.scanner == "patch-level" else []

    patch_level = [*without(SCAN), signed(SCAN, scanned(scanner="patch-level"))]
    assert told(weigh(SUBJECT, patch_level, rule)) == [
        "vulnerability scan: production takes no patch-level scan"
    ]
    assert weigh(SUBJECT, patch_level).complete
    assert weigh(SUBJECT, everything(), rule).complete


def test_a_refused_scan_is_told_before_the_environment_s_rule() -> None:
    found = weigh(SUBJECT, [*without(SCAN), signed(SCAN, scanned(BAD))], lambda _scan: ["never"])
    assert told(found) == ["vulnerability scan: the policy refuses CVE-2026-3 in libssl3"]


def test_what_is_reusable_without_its_scan() -> None:
    found = weigh(SUBJECT, without(SCAN))
    assert found.has(REUSABLE) and not found.has(frozenset({SCAN}))
    assert not weigh(SUBJECT, without(TESTS)).has(REUSABLE)
    assert REUSABLE | {SCAN, EvidenceKind.SBOM} == OF_CANDIDATES


def test_when_each_kind_happened() -> None:
    moments = {piece.kind: moment(piece.statement.content) for piece in everything() if piece.statement}
    assert moments.pop(EvidenceKind.PROVENANCE) == NOW.replace(hour=11, minute=58, microsecond=500000)
    assert set(moments.values()) == {NOW}


@pytest.mark.parametrize(
    "metadata", [None, 3, {}, {"timestamp": "today"}, {"timestamp": "2026-03-01T12:00:00"}]
)
def test_a_bill_of_materials_without_its_time(metadata: object) -> None:
    content = Sbom({"bomFormat": "CycloneDX", "metadata": metadata})
    assert moment(content) is None
    assert instead(signed(EvidenceKind.SBOM, content)).complete


#: Pieces that count, pieces that do not for one reason or another, and pieces that speak against the image.
PIECES = st.one_of(
    st.sampled_from(everything()),
    st.builds(
        signed,
        st.sampled_from(EvidenceKind),
        signer=st.sampled_from([None, Signature("ci", "SHA256:ci")]),
        refusal=st.sampled_from(["", "no"]),
        image=st.sampled_from([SUBJECT.image, digest("b")]),
        inputs=st.sampled_from([SUBJECT.inputs, "2" * 64]),
        service=st.sampled_from(["delivery", "package"]),
    ),
    st.builds(lambda failed: signed(TESTS, a_test_run(failed=failed)), st.integers(0, 2)),
    st.builds(lambda refused: signed(SCAN, scanned(*refused)), st.sampled_from([(), (BAD,), (LOW, BAD)])),
    st.builds(lambda kind: SignedEvidence(kind, None, None, "rubbish"), st.sampled_from(EvidenceKind)),
)


def _counts(piece: SignedEvidence) -> bool:
    """The rule said once more, the other way round."""
    said = piece.statement
    return (
        said is not None
        and piece.signer is not None
        and not piece.refusal
        and (said.kind, said.service, said.image, said.inputs)
        == (piece.kind, SUBJECT.service, SUBJECT.image, SUBJECT.inputs)
    )


@given(st.lists(PIECES, max_size=12))
def test_only_what_counts_is_accepted_and_each_kind_is_accounted_for(pieces: list[SignedEvidence]) -> None:
    found = weigh(SUBJECT, pieces)
    counting = {piece.kind for piece in pieces if _counts(piece)}
    assert set(found.accepted) == counting
    assert all(any(_is(accepted, piece) for piece in pieces) for accepted in found.accepted.values())
    assert set(EvidenceKind) - counting <= set(found.problems)
    assert found.complete == (told(found) == [])
    assert not found.complete or counting == set(EvidenceKind)


def _is(accepted: Accepted, piece: SignedEvidence) -> bool:
    return _counts(piece) and piece.statement == accepted.statement


@given(st.lists(PIECES, max_size=12), st.lists(PIECES, max_size=4))
def test_what_does_not_count_changes_nothing_as_long_as_something_does(
    pieces: list[SignedEvidence], more: list[SignedEvidence]
) -> None:
    """Nobody without an accepted key can open the gate, or shut it."""
    rubbish = [piece for piece in more if not _counts(piece)]
    before, after = weigh(SUBJECT, pieces), weigh(SUBJECT, [*pieces, *rubbish])
    assert after.accepted == before.accepted
    assert after.complete == before.complete
    assert all(
        after.problems[kind] == before.problems.get(kind) for kind in after.accepted if kind in after.problems
    )


@given(st.permutations(range(10)))
def test_the_order_of_attachments_means_nothing(order: list[int]) -> None:
    pieces = [
        *everything(),
        signed(SCAN, scanned(BAD, at=NOW + HOUR)),
        signed(TESTS, a_test_run(at=NOW - HOUR, failed=2)),
        signed(SCAN, image=digest("b")),
        signed(TESTS, a_test_run(at=NOW + HOUR, passed=13)),
    ]
    assert weigh(SUBJECT, [pieces[number] for number in order]) == weigh(SUBJECT, pieces)
