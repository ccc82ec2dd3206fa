"""policy/scan.toml: what is read, every mistake at once, and the page that explains it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from build_tasks.config.scan_policy import load_scan_policy, read_scan_policy
from build_tasks.config.scan_schema import ScanPolicyFile
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.scan import ScanException, ScannerName, Severity
from tests.unit.config.documented import HEADER, rows

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "scan.md").read_text(encoding="utf-8")
FILE = "policy/scan.toml"

EXCEPTION = """
[[exceptions]]
id = "CVE-2026-1"
reason = "never called"
owner = "shipping"
expires = 2026-12-24
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(FlowError) as refused:
        read_scan_policy(text, FILE)
    assert refused.value.code is ExitCode.CONFIG
    assert "docs/scan.md" in refused.value.fix
    return list(refused.value.details)


def test_without_the_file_the_strictest_holds(tmp_path: Path) -> None:
    policy = load_scan_policy(tmp_path, FILE)
    assert policy == read_scan_policy("", FILE)
    assert policy.scanners == policy.production_accepts == (ScannerName.GRYPE,)
    assert policy.severity is Severity.HIGH
    assert (policy.only_with_fix, policy.refuse_unknown) == (False, True)
    assert policy.oldest == timedelta(days=5)


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "scan.toml").write_text(
        'scanners = ["patch-level"]\nproduction_accepts = ["grype", "patch-level"]\nseverity = "low"\n'
        'only_with_fix = true\nunknown = "allow"\nno_packages = "fail"\nmax_age_days = 3\n'
        + EXCEPTION
        + 'package = "openssl"\n'
    )
    policy = load_scan_policy(tmp_path, "scan.toml")
    assert policy.scanners == (ScannerName.PATCH_LEVEL,)
    assert policy.production_accepts == (ScannerName.GRYPE, ScannerName.PATCH_LEVEL)
    assert policy.severity is Severity.LOW
    assert (policy.only_with_fix, policy.refuse_unknown, policy.refuse_no_packages) == (True, False, True)
    assert policy.oldest == timedelta(days=3)
    expected = ScanException("CVE-2026-1", "openssl", "never called", "shipping", date(2026, 12, 24))
    assert policy.exceptions == (expected,)


def test_a_day_may_stand_in_quotes() -> None:
    quoted = EXCEPTION.replace("2026-12-24", '"2026-12-24"')
    assert read_scan_policy(quoted, FILE) == read_scan_policy(EXCEPTION, FILE)


def test_every_mistake_at_once_with_its_line() -> None:
    text = "".join(
        [
            'severty = "high"\nscanners = ["grype", "grpye", "grype"]\nmax_age_days = 0\n',
            EXCEPTION.replace("shipping", " "),
            '\n[[exceptions]]\nid = "CVE-2026-1"\nreason = "x"\nexpires = "2026-02-31"\nuntil = 1\n',
        ]
    )
    assert mistakes(text) == [
        "policy/scan.toml:1: severty: unknown key, did you mean severity?",
        "policy/scan.toml:2: scanners: 'grype' stands there twice",
        "policy/scan.toml:2: scanners.1: 'grpye' is not one of 'grype', 'patch-level'",
        "policy/scan.toml:3: max_age_days: 0 is less than the minimum of 1",
        "policy/scan.toml:8: exceptions.0.owner: must not be blank",
        "policy/scan.toml:11: exceptions.1.owner: missing",
        "policy/scan.toml:12: exceptions.1.id: exceptions.0 is about the same finding",
        "policy/scan.toml:14: exceptions.1.expires: 2026-02-31 is no day of the calendar",
        "policy/scan.toml:15: exceptions.1.until: unknown key (known: expires, id, owner, package, reason)",
    ]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("scanners = []", "1: scanners: [] should be non-empty"),
        ("exceptions = 3", "1: exceptions: 3 is not of type 'array'"),
        ("exceptions = [3]", "1: exceptions.0: 3 is not of type 'object'"),
        ("severity = 3", "1: severity: 3 is not one of"),
        ("max_age_days = 2026-01-01", "1: max_age_days: '2026-01-01' is not of type 'integer'"),
        ("x = [", ": Invalid value"),
        (EXCEPTION.replace("2026-12-24", "2026-12-24T10:00:00Z"), "6: exceptions.0.expires: '2026-12-24T10"),
        (EXCEPTION.replace("2026-12-24", "12"), "6: exceptions.0.expires: 12 is not of type 'string'"),
        (EXCEPTION.replace("never called", ""), "4: exceptions.0.reason: must not be blank"),
        (EXCEPTION.replace("CVE-2026-1", "two words"), "3: exceptions.0.id: 'two words' does not match"),
    ],
)
def test_a_mistake(text: str, mistake: str) -> None:
    [found] = mistakes(text)
    assert found.startswith(f"{FILE}{'' if mistake.startswith(':') else ':'}{mistake}"), found


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "scan.toml").write_bytes(b"\xff")
    with pytest.raises(FlowError, match=r"read scan\.toml") as refused:
        load_scan_policy(tmp_path, "scan.toml")
    assert refused.value.details == ("scan.toml: not UTF-8 at byte 0",)


def test_one_finding_in_two_packages_is_no_mistake() -> None:
    other = EXCEPTION + 'package = "openssl"\n'
    assert len(read_scan_policy(EXCEPTION + other, FILE).exceptions) == 2


def test_every_key_is_documented_and_no_other() -> None:
    lines = PAGE.splitlines()
    start = lines.index(HEADER) + 2
    assert lines[start : lines.index("", start)] == rows(ScanPolicyFile)


def test_the_file_on_the_page_is_read_as_it_stands() -> None:
    [text] = re.findall(r"```toml\n# policy/scan.toml\n(.*?)```", PAGE, re.S)
    policy = read_scan_policy(text, FILE)
    assert [exception.owner for exception in policy.exceptions] == ["shipping"]


def test_this_repository_s_own_policy() -> None:
    """It says what its comments say: patch-level will do for production, and its findings are refused."""
    policy = load_scan_policy(ROOT, FILE)
    assert set(policy.production_accepts) == set(policy.scanners) == set(ScannerName)
    assert policy.refuse_unknown and not policy.exceptions
