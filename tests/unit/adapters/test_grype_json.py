"""What is read of grype's own JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from build_tasks.adapters.scanning.grype_json import alerts, database_status, findings, read_document
from build_tasks.model.scan import Finding, Severity


def document(*matches: dict[str, Any], **more: Any) -> bytes:
    built = {"db": {"status": {"built": "2026-11-25T06:00:00Z"}}, "version": "0.121.2"}
    return json.dumps({"descriptor": built, "matches": matches, **more}).encode()


def match(severity: str = "High", kind: str = "deb", **more: Any) -> dict[str, Any]:
    return {
        "vulnerability": {"id": "GHSA-1", "severity": severity, **more},
        "artifact": {"name": "openssl", "version": "1", "type": kind},
        "relatedVulnerabilities": [{"id": "CVE-2"}, {"id": "GHSA-1"}],
    }


def test_a_finding() -> None:
    [found] = findings(read_document(document(match(fix={"versions": ["2", "3"], "state": "fixed"}))))
    assert found == Finding("GHSA-1", "openssl", "1", "2, 3", Severity.HIGH, "deb", ("CVE-2",))


def test_the_same_finding_by_two_ways_counts_once() -> None:
    assert len(findings(read_document(document(match(), match())))) == 1


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("Critical", Severity.CRITICAL),
        ("Negligible", Severity.NEGLIGIBLE),
        ("Unknown", Severity.UNKNOWN),
        ("", Severity.UNKNOWN),
        ("catastrophic", Severity.UNKNOWN),
    ],
)
def test_severities(word: str, severity: Severity) -> None:
    [found] = findings(read_document(document(match(word))))
    assert (found.severity, found.fixed) == (severity, "")


def test_kinds_are_called_as_in_package_urls() -> None:
    made = document(match(kind="python"), match(kind="go-module"), match(kind="npm"), match(kind="binary"))
    assert [found.kind for found in findings(read_document(made))] == ["pypi", "golang", "npm", "binary"]


def test_what_else_it_warns_of() -> None:
    eol = [{"type": "distro-eol", "message": "debian 9 is at its end"}]
    made = document(alertsByPackage=[{"alerts": eol}, {"alerts": eol}])
    assert alerts(read_document(made)) == ("debian 9 is at its end",)
    assert alerts(read_document(document())) == ()


@pytest.mark.parametrize("text", [b"", b"{}", b'{"matches": []}', b'{"descriptor": {}, "matches": []}'])
def test_what_is_no_report(text: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        read_document(text)


def test_the_status_of_the_database() -> None:
    text = '{"schemaVersion": "v6.1.10", "built": "2026-11-25T06:00:00Z", "valid": true}'
    status = database_status(text)
    assert status is not None and status.valid
    assert status.built == datetime(2026, 11, 25, 6, tzinfo=UTC)
    gone = database_status('{"schemaVersion": "", "valid": false, "error": "database does not exist"}')
    assert gone is not None and (gone.valid, gone.built) == (False, None)
    assert database_status("") is database_status("[]") is None
