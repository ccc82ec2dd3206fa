"""Scans of real images: refused and accepted by the policy, by our own database and by Debian's archive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode
from tests.contract.publisher import OPENSSL, Publisher, publisher
from tests.integration.conftest import Terminal, Typed

#: The database's writer may have to be compiled first, and images be built.
pytestmark = [pytest.mark.timeout(900), pytest.mark.usefixtures("platform")]

#: Whatever version the base image has.
ANY_OPENSSL = {**OPENSSL, "severity": "critical", "affected": "< 99", "fixed": "99"}
#: Nobody listens there.
NOWHERE = "http://127.0.0.1:9"
EXCEPTION = """
[[exceptions]]
id = "CVE-2026-0001"
reason = "made up by a test"
owner = "tests"
expires = 2099-12-31
"""


@pytest.fixture
def clone(fresh_clone: Terminal, tmp_path: Path) -> Terminal:
    """A clone whose policy may be changed."""
    fresh_clone.git("clone", "--quiet", ".", str(tmp_path / "clone"))
    return Terminal(tmp_path / "clone")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Publisher]:
    with publisher(tmp_path / "served") as running:
        yield running


def scan(clone: Terminal, address: str, service: str = "delivery", *words: str) -> Typed:
    return clone.inv(f"{service}.scan", *words, GRYPE_DB_UPDATE_URL=address)


def test_what_is_found_is_refused_excepted_and_mended(clone: Terminal, served: Publisher) -> None:
    now = datetime.now(UTC)
    served.publish(now - timedelta(hours=2), ANY_OPENSSL)
    refused = scan(clone, served.address)
    assert refused.status == ExitCode.SCAN_REFUSED, refused.said
    [row] = [line for line in refused.said.splitlines() if "CVE-2026-0001" in line and "libssl3t64" in line]
    assert "critical" in row and "99" in row and "Dockerfile" in row

    with (clone.folder / "policy/scan.toml").open("a") as policy:
        policy.write(EXCEPTION)
    accepted = scan(clone, served.address)
    assert accepted.status == 0, accepted.said
    assert "excepted until 2099-12-31 (tests: made up by a test)" in accepted.said
    assert "nothing newer to say" in accepted.said, "another policy needs no other scan"
    [bill] = (clone.folder / ".build/delivery/scan").glob("*/bom.cdx.json")
    listed = json.loads(bill.read_text())
    assert listed["bomFormat"] == "CycloneDX"
    assert {"libssl3t64", "redis"} <= {component["name"] for component in listed["components"]}

    served.publish(now - timedelta(hours=1))
    mended = scan(clone, served.address)
    assert mended.status == 0, mended.said
    assert "knows more than when it saw this image" in mended.said and "nothing found" in mended.said


def test_a_database_that_is_too_old_proves_nothing(clone: Terminal, served: Publisher) -> None:
    served.publish(datetime.now(UTC) - timedelta(days=30))
    failed = scan(clone, served.address)
    assert failed.status == ExitCode.SCANNER_UNAVAILABLE, failed.said
    assert "30 days old" in failed.said and "patch-level" not in failed.err.partition("to do:")[0]


def test_where_nobody_can_be_reached_patch_level_finds_base_images_up_to_date(clone: Terminal) -> None:
    passed = scan(clone, NOWHERE)
    assert passed.status == 0, passed.said
    assert "patch-level stands in for grype" in passed.said
    assert "no full scan" in passed.said and "not looked at" in passed.said


def test_an_image_from_scratch_has_no_packages_to_compare(clone: Terminal) -> None:
    passed = scan(clone, NOWHERE, "dronescheduler")
    assert passed.status == 0, passed.said
    assert "nothing was compared, and nothing is proven" in passed.said


def test_without_patch_level_in_the_policy_nothing_passes(clone: Terminal) -> None:
    file = clone.folder / "policy/scan.toml"
    file.write_text(file.read_text().replace('scanners = ["grype", "patch-level"]', 'scanners = ["grype"]'))
    failed = scan(clone, NOWHERE)
    assert failed.status == ExitCode.SCANNER_UNAVAILABLE, failed.said
    assert "connection refused" in failed.said


def test_all_services_side_by_side(clone: Terminal) -> None:
    typed = clone.inv("all.scan", "--only", "delivery,ingestion", "--json", GRYPE_DB_UPDATE_URL=NOWHERE)
    assert typed.status == 0, typed.said
    outcomes = {one["service"]: one["summary"] for one in json.loads(typed.out)}
    assert set(outcomes) == {"delivery", "ingestion"}
    assert all(summary.startswith("patch-level (") for summary in outcomes.values())
