"""What the reader of a refused scan is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from build_tasks.model.scan import (
    NO_PACKAGES,
    Finding,
    ScanException,
    ScanReport,
    ScanResult,
    Severity,
    Verdict,
)
from build_tasks.planning.scanning.table import excepted_lines, refused_lines, summary
from tests.fakes.scanning import finding

GONE = ScanException("CVE-2026-0001", "", "never called", "shipping", date(2026, 2, 1))


def cells(verdict: Verdict) -> list[list[str]]:
    head, *rows = refused_lines(verdict)
    starts = [
        head.index(word) for word in ("severity", "found", "package", "installed", "fixed", "what to do")
    ]
    ends = [*starts[1:], 1000]
    return [[row[start:end].strip() for start, end in zip(starts, ends, strict=True)] for row in rows]


def test_a_row_for_each_remedy() -> None:
    ids = [f"CVE-2026-000{number}" for number in range(5)]
    openssl = [finding(id_, severity=Severity.CRITICAL) for id_ in ids]
    go = replace(finding("GHSA-1", "golang.org/x/net", fixed="0.44.0", kind="golang"), installed="v0.1.0")
    assert cells(Verdict((*openssl, go))) == [
        [
            "critical",
            "CVE-2026-0000, CVE-2026-0001, CVE-2026-0002 and 2 more",
            "libssl3t64",
            "3.5.1-1",
            "3.5.1-1+deb13u1",
            "upgrade it in the Dockerfile, or the base image",
        ],
        ["high", "GHSA-1", "golang.org/x/net", "v0.1.0", "0.44.0", "raise it in go.mod"],
    ]


def test_what_nothing_mends() -> None:
    [row] = cells(Verdict((finding(fixed=""),)))
    assert row[4:] == ["-", "no newer version mends it: do without the package, or except it for a while"]


def test_an_exception_that_expired_is_named_with_its_owner() -> None:
    [row] = cells(Verdict((finding(),), expired=((finding(), GONE),)))
    assert row[5].startswith("its exception (shipping) expired on 2026-02-01; upgrade it")


def test_an_image_without_packages() -> None:
    nothing = Finding(NO_PACKAGES, "(none)", "", "", Severity.UNKNOWN, "deb")
    [row] = cells(Verdict((nothing,)))
    assert row[:3] == ["unknown", NO_PACKAGES, "(none)"] and "no_packages" in row[5]


def test_a_long_table_is_cut_and_counted() -> None:
    many = tuple(finding(package=f"package-{number:03}") for number in range(55))
    lines = refused_lines(Verdict(many))
    assert len(lines) == 42 and lines[-1] == "... and 15 more"


def test_the_exceptions_that_were_used() -> None:
    used = replace(GONE, expires=date(2026, 9, 1))
    assert excepted_lines(Verdict((), ((finding(), used),))) == [
        "CVE-2026-0001 in libssl3t64 is excepted until 2026-09-01 (shipping: never called)"
    ]


def test_a_scan_in_one_line() -> None:
    report = ScanReport("grype", "1", datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
    result = ScanResult("abc", report, Verdict(()), "def", b"{}")
    assert summary(result) == "grype (2026-02-01): nothing found"
    one = (finding(),)
    found = Verdict(one, ((finding(), GONE),), one)
    assert summary(replace(result, verdict=found)) == (
        "grype (2026-02-01): 1 refused, 1 excepted, 1 below the policy"
    )
