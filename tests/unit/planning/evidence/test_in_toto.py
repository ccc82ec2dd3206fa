"""Statements of evidence as text: what others can read, and back without loss."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.model.images import Digest
from build_tasks.model.proofs import (
    EvidenceKind,
    EvidenceStatement,
    MadeFrom,
    Provenance,
    Released,
    Sbom,
    Scanned,
    TestsRun,
)
from build_tasks.model.scan import Finding, ScanException, ScanReport, Severity, Verdict
from build_tasks.planning.evidence.in_toto import read_evidence, write_evidence
from tests.fakes.samples import digest
from tests.unit.planning.evidence_samples import BAD, CONTENTS, scanned, statement

KINDS = list(EvidenceKind)


def document(kind: EvidenceKind) -> dict[str, Any]:
    found = json.loads(write_evidence(statement(kind)))
    assert isinstance(found, dict)
    return found


def read(changed: object) -> EvidenceStatement:
    return read_evidence(json.dumps(changed).encode())


@pytest.mark.parametrize("kind", KINDS)
def test_every_statement_names_the_image_and_its_inputs(kind: EvidenceKind) -> None:
    made = document(kind)
    assert set(made) == {"_type", "subject", "predicateType", "predicate"}
    assert made["_type"] == "https://in-toto.io/Statement/v1"
    assert made["subject"] == [
        {"name": "delivery", "digest": {"sha256": "a" * 64}},
        {"name": "delivery:inputs", "digest": {"sha256": "1" * 64}},
    ]


def test_the_predicates_are_those_that_others_know() -> None:
    assert {kind.value: document(kind)["predicateType"] for kind in KINDS} == {
        "inputs": "urn:build-tasks:inputs:v1",
        "tests": "https://in-toto.io/attestation/test-result/v0.1",
        "scan": "https://in-toto.io/attestation/vulns/v0.2",
        "sbom": "https://cyclonedx.org/bom",
        "provenance": "https://slsa.dev/provenance/v0.2",
        "release": "urn:build-tasks:release:v1",
    }


def test_test_results_as_their_specification_has_them() -> None:
    predicate = document(EvidenceKind.TESTS)["predicate"]
    assert predicate["result"] == "PASSED"
    assert predicate["configuration"] == [{"name": "inputs", "digest": {"sha256": "1" * 64}}]
    assert predicate["counts"] == {"passed": 12, "failed": 0, "skipped": 1}
    assert predicate["finishedOn"] == "2026-03-01T12:00:00Z"


def test_a_scan_as_its_specification_has_it() -> None:
    predicate = json.loads(write_evidence(statement(EvidenceKind.SCAN, scanned(BAD))))["predicate"]
    assert predicate["scanner"]["uri"] == "urn:build-tasks:scanner:grype"
    assert predicate["scanner"]["db"] == {"lastUpdate": "2026-03-01T11:00:00Z"}
    assert predicate["metadata"]["scanFinishedOn"] == "2026-03-01T12:00:00Z"
    low, known, bad = predicate["scanner"]["result"]
    assert low["severity"] == [{"method": "grype", "score": "low"}]
    assert [found["annotations"][0]["verdict"] for found in (low, known, bad)] == [
        "tolerated",
        "excepted",
        "refused",
    ]
    assert known["annotations"][0]["exceptionReason"] == "not reachable"
    assert predicate["policy"] == {"digest": {"sha256": "9" * 64}, "judgedOn": "2026-03-01T12:00:00Z"}


def test_a_scan_of_before_does_not_say_when_it_was_judged() -> None:
    made = document(EvidenceKind.SCAN)
    del made["predicate"]["policy"]["judgedOn"]
    old = scanned(judged=None)
    assert read(made).content == old
    assert json.loads(write_evidence(statement(EvidenceKind.SCAN, old))) == made


def test_documents_of_others_stay_as_they_are() -> None:
    for kind in (EvidenceKind.SBOM, EvidenceKind.PROVENANCE):
        content = CONTENTS[kind]
        own = content.document if isinstance(content, Sbom) else None
        own = content.predicate if isinstance(content, Provenance) else own
        assert document(kind)["predicate"] == own


def test_a_bill_of_materials_in_numbers() -> None:
    content = read_evidence(write_evidence(statement(EvidenceKind.SBOM))).content
    assert isinstance(content, Sbom)
    assert (content.components, content.format) == (2, "CycloneDX 1.6")
    assert Sbom({"bomFormat": "CycloneDX"}).components == 0


def test_equal_statements_are_equal_bytes() -> None:
    assert write_evidence(statement(EvidenceKind.SCAN)) == write_evidence(statement(EvidenceKind.SCAN))


TEXT = st.text(max_size=12)
HEX = st.text("0123456789abcdef", min_size=64, max_size=64)
COUNT = st.integers(0, 10**6)
MOMENT = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
FINDINGS = st.builds(Finding, TEXT, TEXT, TEXT, TEXT, st.sampled_from(Severity), TEXT, TEXTS)
EXCEPTIONS = st.builds(ScanException, TEXT, TEXT, TEXT, TEXT, st.dates(date(1990, 1, 1)))


@st.composite
def scans(draw: st.DrawFn) -> Scanned:
    findings = tuple(draw(st.lists(FINDINGS, max_size=6, unique=True)))
    fates = [(finding, draw(st.sampled_from("retx"))) for finding in findings]
    excepted, expired = (
        tuple((finding, draw(EXCEPTIONS)) for finding, fate in fates if fate == letter) for letter in "ex"
    )
    refused = tuple(finding for finding, fate in fates if fate in "rx")
    tolerated = tuple(finding for finding, fate in fates if fate == "t")
    report = ScanReport(draw(TEXT), draw(TEXT), draw(MOMENT), draw(MOMENT), findings, draw(TEXTS))
    judged = draw(st.none() | MOMENT)
    return Scanned(report, Verdict(refused, excepted, tolerated, expired), draw(HEX), judged)


CONTENT = {
    EvidenceKind.INPUTS: st.builds(
        MadeFrom, TEXT, TEXT, st.dictionaries(TEXT, TEXT, max_size=3), MOMENT, st.just("") | HEX
    ),
    EvidenceKind.TESTS: st.builds(
        TestsRun, COUNT, COUNT, COUNT, st.floats(0, 10**6, allow_nan=False), TEXT, MOMENT
    ),
    EvidenceKind.SCAN: scans(),
    EvidenceKind.SBOM: st.builds(
        lambda rest: Sbom({**rest, "bomFormat": "CycloneDX"}),
        st.dictionaries(TEXT, JSON, max_size=4),
    ),
    EvidenceKind.PROVENANCE: st.builds(
        Provenance,
        st.sampled_from(["https://slsa.dev/provenance/v0.2", "https://slsa.dev/provenance/v1"]),
        st.dictionaries(TEXT, JSON, max_size=4),
    ),
    EvidenceKind.RELEASE: st.builds(
        Released, TEXT, HEX.map(lambda text: Digest(f"sha256:{text}")), TEXT, MOMENT
    ),
}
STATEMENTS = st.sampled_from(EvidenceKind).flatmap(
    lambda kind: st.builds(
        EvidenceStatement,
        st.just(kind),
        TEXT,
        HEX.map(lambda text: digest("0").__class__(f"sha256:{text}")),
        HEX,
        CONTENT[kind],
    )
)


@given(STATEMENTS)
def test_what_is_written_is_what_is_read(made: EvidenceStatement) -> None:
    assert read_evidence(write_evidence(made)) == made


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_anything_else_is_refused_and_nothing_worse(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"statement|subject|predicate"):
        read_evidence(data)


@given(st.sampled_from(EvidenceKind), st.dictionaries(TEXT, JSON, max_size=4))
def test_any_predicate_is_read_or_refused_and_nothing_worse(
    kind: EvidenceKind, predicate: dict[str, Any]
) -> None:
    made = document(kind)
    for changed in (
        {**made, "predicate": predicate},
        {**made, "predicate": {**made["predicate"], **predicate}},
    ):
        try:
            assert read(changed).kind is kind
        except ValueError as error:
            assert str(error)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"_type": "https://in-toto.io/Statement/v0.1"}, "not an in-toto statement but"),
        ({"predicateType": "https://example.org/other"}, "nothing is known of the predicate"),
        ({"predicateType": "https://slsa.dev/provenance/v1/../x"}, "nothing is known of the predicate"),
        ({"subject": []}, "it has 0 subjects"),
        ({"subject": [{"name": "a", "digest": {"sha256": "a" * 64}}]}, "it has 1 subjects"),
        ({"subject": [{"name": "a", "digest": {}}, {"name": "a:inputs", "digest": {}}]}, "no sha256 digest"),
        (
            {
                "subject": [
                    {"name": "a", "digest": {"sha256": "a" * 64}},
                    {"name": "b:inputs", "digest": {"sha256": "b" * 64}},
                ]
            },
            "its second subject is 'b:inputs', not the inputs of 'a'",
        ),
        (
            {
                "subject": [
                    {"name": "a", "digest": {"sha256": "A" * 64}},
                    {"name": "a:inputs", "digest": {"sha256": "b" * 64}},
                ]
            },
            "no sha256 digest",
        ),
        ({"predicate": []}, r"Expected `object`, got `array` - at `\$.predicate`"),
    ],
)
def test_a_statement_that_is_not_ours(change: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read({**document(EvidenceKind.TESTS), **change})


@pytest.mark.parametrize(
    ("kind", "change", "reason"),
    [
        (EvidenceKind.TESTS, {"result": "WARNED"}, "Invalid enum value 'WARNED'"),
        (EvidenceKind.TESTS, {"result": "FAILED"}, "it says FAILED and counts 0 failed"),
        (EvidenceKind.TESTS, {"finishedOn": "2026-03-01T12:00:00"}, "timezone"),
        (
            EvidenceKind.TESTS,
            {"counts": {"passed": 1, "failed": 2, "skipped": 0}},
            "it says PASSED and counts 2 failed",
        ),
        (EvidenceKind.SBOM, {"bomFormat": "SPDX"}, "not a CycloneDX document"),
        (EvidenceKind.INPUTS, {"revision": 1}, "Expected `str`, got `int`"),
    ],
)
def test_a_predicate_that_is_wrong(kind: EvidenceKind, change: dict[str, object], reason: str) -> None:
    made = document(kind)
    with pytest.raises(ValueError, match=reason):
        read({**made, "predicate": {**made["predicate"], **change}})


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [
        (("uri",), "pkg:trivy", "nothing is known of the scanner"),
        (("result", 0, "severity"), [{"method": "grype", "score": "dire"}], "has the severity 'dire'"),
        (("result", 0, "annotations"), [], "does not say what became of CVE-2026-1"),
        (("result", 0, "annotations"), [{"verdict": "fine"}], "does not say what became of CVE-2026-1"),
        (("result", 0, "annotations"), [{"verdict": "excepted"}], "does not say what excepts CVE-2026-1"),
        (("result", 0, "annotations"), [{"verdict": "excepted", "exceptionId": "x"}], "isoformat"),
        (("db",), {"lastUpdate": "yesterday"}, "Invalid RFC3339"),
        # Before the first year once it is in UTC: whoever may attach things can write it.
        (("db",), {"lastUpdate": "0001-01-01T00:00:00+14:00"}, "not a statement of evidence"),
    ],
)
def test_a_scan_that_is_wrong(at: tuple[str | int, ...], value: object, reason: str) -> None:
    made = document(EvidenceKind.SCAN)
    place: Any = made["predicate"]["scanner"]
    for key in at[:-1]:
        place = place[key]
    place[at[-1]] = value
    with pytest.raises(ValueError, match=reason):
        read(made)


def test_nested_too_deeply() -> None:
    deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
    whole = write_evidence(statement(EvidenceKind.SBOM)).replace(b'"1.6"', deep)
    with pytest.raises(ValueError, match="not a statement of evidence"):
        read_evidence(whole)
