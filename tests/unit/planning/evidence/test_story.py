"""Evidence in words."""

from __future__ import annotations

from build_tasks.model.proofs import EvidenceKind, MadeFrom
from build_tasks.planning.evidence.gate import weigh
from build_tasks.planning.evidence.story import tell
from tests.unit.planning.evidence_samples import BAD, NOW, SUBJECT, everything, scanned, signed


def test_every_kind_in_a_line() -> None:
    told = {
        piece.kind: (piece.says, piece.builder, piece.problems)
        for piece in tell(weigh(SUBJECT, everything()))
    }
    assert told == {
        "inputs": ("made from c0ffee000000 of https://git.example.org/shop", "ci", ()),
        "test results": ("12 passed, 0 failed, 1 skipped in 0.8 s (slowest: test_put 0.2 s)", "ci", ()),
        "vulnerability scan": (
            "grype 0.90.0, its database of 2026-03-01: 1 excepted, 1 tolerated",
            "ci",
            (),
        ),
        "bill of materials": ("CycloneDX 1.6, 2 components", "ci", ()),
        "build provenance": ("SLSA v0.2: https://mobyproject.org/buildkit@v1, 1 materials", "ci", ()),
        "version and chart": ("v1.0.2 with chart dddddddddddd, of commit c0ffee000000", "ci", ()),
    }


def test_findings_and_exceptions_are_told_one_by_one() -> None:
    pieces = [piece for piece in everything() if piece.kind is not EvidenceKind.SCAN]
    [scan] = [
        piece
        for piece in tell(weigh(SUBJECT, [*pieces, signed(EvidenceKind.SCAN, scanned(BAD))]))
        if piece.kind == "vulnerability scan"
    ]
    assert scan.says.endswith("1 refused, 1 excepted, 1 tolerated")
    assert scan.details == (
        "refused: CVE-2026-3 in libssl3 3.5-1 (critical, mended in 3.5-2)",
        "excepted until 2026-06-01 (shipping: not reachable):"
        " CVE-2026-2 in libssl3 3.5-1 (high, mended in 3.5-2)",
        "tolerated: CVE-2026-1 in zlib1g 1.3-1 (low)",
    )
    assert scan.problems == ("the policy refuses CVE-2026-3 in libssl3",)


def test_what_is_missing_has_a_place_of_its_own() -> None:
    told = tell(weigh(SUBJECT, []))
    assert [(piece.says, piece.builder, piece.when, piece.problems) for piece in told] == [
        ("", "", None, ("missing",))
    ] * len(EvidenceKind)


def test_what_stands_for_a_base_image() -> None:
    made = MadeFrom("c0ffee", "https://x", {"python:3.13": "stand-in/1", "scratch:1": "scratch:1"}, NOW)
    others = [piece for piece in everything() if piece.kind is not EvidenceKind.INPUTS]
    assert tell(weigh(SUBJECT, [*others, signed(EvidenceKind.INPUTS, made)]))[0].details == (
        "python:3.13 is stand-in/1",
    )


def test_a_scan_that_found_nothing() -> None:
    clean = scanned()
    report = type(clean.report)("patch-level", "1", NOW, NOW, (), ("not a full scan",))
    nothing = type(clean)(report, type(clean.verdict)(()), "9" * 64)
    others = [piece for piece in everything() if piece.kind is not EvidenceKind.SCAN]
    told = tell(weigh(SUBJECT, [*others, signed(EvidenceKind.SCAN, nothing)]))[2]
    assert told.says == "patch-level 1, its database of 2026-03-01: nothing found"
    assert told.details == ("not a full scan",)
