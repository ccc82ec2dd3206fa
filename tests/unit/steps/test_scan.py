"""Scanning a runtime image: who looks, what is used again, and that nothing passes unproven."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.plan import Action, Verb
from build_tasks.model.scan import ScanResult, Severity
from build_tasks.planning.dockerfiles.dockerfile import FINAL
from build_tasks.steps.artifacts.image import build_stage, present_image
from build_tasks.steps.artifacts.inputs import recipe
from build_tasks.steps.artifacts.scan import remembered_scan, scan
from tests.fakes.builder import FakeBuilder
from tests.fakes.scanning import finding
from tests.unit.steps.shop import Shop

BOTH = 'scanners = ["grype", "patch-level"]\n'
EXCEPTION = """
[[exceptions]]
id = "CVE-2026-0001"
reason = "never called"
owner = "shipping"
expires = {day}
"""


@pytest.fixture
def built(shop: Shop) -> Shop:
    """The shop, with the runtime image in the engine."""
    build(shop)
    return shop


def build(shop: Shop, *, force: bool = False) -> None:
    build_stage(shop.bench, shop.service, FINAL, recipe(shop.bench, shop.service), force=force)


def look(shop: Shop, *, force: bool = False) -> ScanResult:
    made = recipe(shop.bench, shop.service)
    image = present_image(shop.bench, shop.service, FINAL, made)
    assert image is not None
    return scan(shop.bench, shop.service, made, image, force=force)


def remembered(shop: Shop) -> ScanResult | None:
    return remembered_scan(shop.bench, shop.service, recipe(shop.bench, shop.service))


def policy(shop: Shop, text: str) -> None:
    shop.write({"policy/scan.toml": text})


def refused(shop: Shop) -> FlowError:
    with pytest.raises(FlowError) as found:
        look(shop)
    return found.value


def kept(shop: Shop) -> Path:
    inputs = recipe(shop.bench, shop.service).inputs
    return shop.root / ".build" / "delivery" / "scan" / inputs[:16]


def test_an_image_in_which_nothing_is_found(built: Shop) -> None:
    result = look(built)
    assert result.verdict.passed and result.report.scanner == "grype"
    assert result.inputs == recipe(built.bench, built.service).inputs
    assert json.loads(result.sbom)["bomFormat"] == "CycloneDX"
    assert built.reporter.notes[-1] == "grype (2026-03-01): nothing found"
    assert (kept(built) / "bom.cdx.json").read_bytes() == result.sbom
    assert json.loads((kept(built) / "scan.json").read_text())["report"]["scanner"] == "grype"


def test_what_the_policy_refuses_ends_in_a_table(built: Shop) -> None:
    built.grype.finds = [finding(), finding("CVE-2026-0002", severity=Severity.CRITICAL, fixed="")]
    error = refused(built)
    assert error.code is ExitCode.SCAN_REFUSED
    assert error.why == "policy/scan.toml does not accept what grype (2026-03-01): 2 refused"
    head, first, second = error.details
    assert head.split()[:2] == ["severity", "found"]
    assert first.startswith("critical  CVE-2026-0002") and second.startswith("high      CVE-2026-0001")
    assert str(kept(built)) in error.fix


def test_a_scan_is_used_again_until_the_scanner_knows_more(built: Shop) -> None:
    first = look(built)
    again = look(built)
    assert again == first
    assert (built.grype.scans, len(built.bills.asked)) == (1, 1)
    assert built.reporter.skipped["scan delivery"] == "grype has nothing newer to say"
    built.grype.database += timedelta(hours=1)
    built.grype.finds = [finding()]
    assert refused(built).code is ExitCode.SCAN_REFUSED
    assert (built.grype.scans, len(built.bills.asked)) == (2, 1)
    assert built.reporter.reasons["scan delivery"] == "grype knows more than when it saw this image"


def test_a_refused_scan_is_refused_again_without_another_look(built: Shop) -> None:
    built.grype.finds = [finding()]
    assert refused(built).details == refused(built).details
    assert built.grype.scans == 1


def test_another_policy_judges_the_same_scan_anew(built: Shop) -> None:
    built.grype.finds = [finding()]
    strict = refused(built)
    policy(built, EXCEPTION.format(day="2026-03-01"))
    result = look(built)
    assert result.verdict.passed and built.grype.scans == 1
    assert "CVE-2026-0001 in libssl3t64 is excepted until 2026-03-01" in built.reporter.notes[-2]
    built.clock.pause(86400)
    assert refused(built).code is strict.code, "the exception's last day has passed"
    error = refused(built)
    assert "its exception (shipping) expired on 2026-03-01" in error.details[1]
    assert error.details[2] == "exception CVE-2026-0001 (shipping: never called) expired on 2026-03-01"
    assert error.why.endswith("what grype (2026-03-01): 1 refused; it has an exception that expired")


def test_an_exception_that_expired_fails_although_its_finding_is_gone(built: Shop) -> None:
    """Else nobody would ever take it out."""
    two = EXCEPTION.format(day="2026-02-28") + 'package = "perl"\n' + EXCEPTION.format(day="2026-02-27")
    policy(built, two)
    error = refused(built)
    assert (error.code, error.why) == (
        ExitCode.SCAN_REFUSED,
        "policy/scan.toml has 2 exceptions that expired",
    )
    assert error.details == (
        "exception CVE-2026-0001 in perl (shipping: never called) expired on 2026-02-28",
        "exception CVE-2026-0001 (shipping: never called) expired on 2026-02-27",
    )
    assert error.fix == (
        "what expired: take it out of policy/scan.toml, or renew it: a later day, and a reason that"
        f" still holds; all of it is in {kept(built)}"
    )
    policy(built, EXCEPTION.format(day="2026-03-01"))
    assert look(built).verdict.passed, "its last day counts"


def test_force_looks_again(built: Shop) -> None:
    look(built)
    look(built, force=True)
    assert (built.grype.scans, len(built.bills.asked)) == (2, 2)
    assert built.reporter.reasons["scan delivery"] == "forced"


def test_the_same_inputs_built_anew_are_another_image(built: Shop) -> None:
    look(built)
    built.commit({"README.md": "changes the commit\n"})
    build(built, force=True)
    assert remembered(built) is None
    look(built)
    assert built.grype.scans == 2


def test_a_kept_scan_that_cannot_be_read_is_none(built: Shop) -> None:
    look(built)
    (kept(built) / "scan.json").write_text("{")
    assert remembered(built) is None
    look(built)
    (kept(built) / "bom.cdx.json").unlink()
    look(built)
    assert built.grype.scans == 3


def test_a_bill_that_cannot_be_read_proves_nothing(built: Shop) -> None:
    built.bills.document = b"{}"
    assert refused(built).code is ExitCode.SCANNER_UNAVAILABLE


def test_a_wrong_policy_is_told_before_anything_is_done(built: Shop) -> None:
    policy(built, "severty = 'low'\n")
    assert refused(built).code is ExitCode.CONFIG
    assert built.bills.asked == []


@pytest.mark.parametrize("text", ["", BOTH])
def test_a_scanner_that_is_broken_is_no_reason_for_another(built: Shop, text: str) -> None:
    policy(built, text)
    built.grype.broken = "its database is damaged"
    error = refused(built)
    assert (error.code, error.why) == (ExitCode.SCANNER_UNAVAILABLE, "its database is damaged")


def test_no_database_and_no_other_scanner_fails(built: Shop) -> None:
    built.grype.unreachable = "no such host"
    error = refused(built)
    assert error.code is ExitCode.SCANNER_UNAVAILABLE
    assert error.details == ("grype: no such host",)
    assert "platform.doctor" in error.fix and "policy/scan.toml" in error.fix


def test_patch_level_stands_in_where_the_policy_names_it(built: Shop) -> None:
    policy(built, BOTH)
    built.grype.unreachable = "no such host"
    built.patch_level.notes = ("no full scan",)
    result = look(built)
    assert result.report.scanner == "patch-level"
    assert built.reporter.warnings == ["patch-level stands in for grype: no such host"]
    assert "no full scan" in built.reporter.notes


def test_grype_comes_back(built: Shop) -> None:
    policy(built, BOTH)
    built.grype.unreachable = "no such host"
    look(built)
    built.grype.unreachable = ""
    assert look(built).report.scanner == "grype"
    assert built.reporter.reasons["scan delivery"] == "grype has not seen this image, patch-level has"
    assert len(built.bills.asked) == 1


def test_what_patch_level_finds_is_refused_unless_the_policy_allows_it(built: Shop) -> None:
    policy(built, BOTH)
    built.grype.unreachable = "no such host"
    built.patch_level.finds = [finding(severity=Severity.UNKNOWN)]
    assert refused(built).code is ExitCode.SCAN_REFUSED
    policy(built, BOTH + 'unknown = "allow"\n')
    assert look(built).verdict.passed


def test_both_know_nothing(built: Shop) -> None:
    policy(built, BOTH)
    built.grype.unreachable, built.patch_level.unreachable = "no such host", "it knows Debian alone"
    error = refused(built)
    assert error.code is ExitCode.SCANNER_UNAVAILABLE
    assert error.details == ("grype: no such host", "patch-level: it knows Debian alone")


def test_a_database_that_its_source_lets_grow_old_is_no_reason_for_another(built: Shop) -> None:
    policy(built, BOTH)
    built.grype.database -= timedelta(days=6)
    error = refused(built)
    assert error.code is ExitCode.SCANNER_UNAVAILABLE
    [why] = error.details
    assert why.startswith("grype: what it knows is of 2026-02-23") and "max_age_days" in why


def test_an_old_database_whose_source_cannot_be_asked_is_as_good_as_none(built: Shop) -> None:
    built.grype.database -= timedelta(days=6)
    built.grype.unasked = "no such host"
    assert "no such host" in refused(built).details[0]
    policy(built, BOTH)
    assert look(built).report.scanner == "patch-level"


def test_a_database_that_is_young_enough_is_used_although_nobody_could_be_asked(built: Shop) -> None:
    policy(built, BOTH)
    built.grype.database -= timedelta(days=4)
    built.grype.unasked = "no such host"
    assert look(built).report.scanner == "grype"
    [warning] = built.reporter.warnings
    assert warning.startswith("grype could not ask for news and uses what it has of 2026-02-25")


def test_the_last_scan_is_remembered_without_asking_anybody(built: Shop) -> None:
    assert remembered(built) is None
    result = look(built)
    built.grype.broken = "not to be asked"
    assert remembered(built) == result


def test_a_refused_scan_is_remembered_as_such(built: Shop) -> None:
    built.grype.finds = [finding()]
    refused(built)
    result = remembered(built)
    assert result is not None and not result.verdict.passed


CHANGES: Mapping[str, str] = {
    "another scanner": 'scanners = ["patch-level"]\n',
    "too old": "max_age_days = 1\n",
}


@pytest.mark.parametrize("text", CHANGES.values(), ids=list(CHANGES))
def test_a_scan_that_counts_no_more_is_not_remembered(built: Shop, text: str) -> None:
    look(built)
    built.clock.pause(86401)
    assert remembered(built) is not None
    policy(built, text)
    assert remembered(built) is None


def test_the_image_may_have_gone_since(built: Shop) -> None:
    result = look(built)
    elsewhere = replace(built.bench, builder=FakeBuilder())
    assert remembered_scan(elsewhere, built.service, recipe(built.bench, built.service)) == result


def test_the_verb_builds_the_image_and_force_is_about_the_scan(shop: Shop) -> None:
    action = Action(Verb.SCAN, "delivery", "asked for")
    shop.run(action)
    shop.run(action, force=True)
    assert [request.target for request in shop.builder.built] == ["final"]
    assert shop.grype.scans == 2
