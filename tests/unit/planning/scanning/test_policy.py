"""The policy's verdict: nothing gets lost, and whatever is not accepted is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.model.scan import (
    NO_PACKAGES,
    Finding,
    ScanException,
    ScannerName,
    ScanPolicy,
    ScanReport,
    Severity,
    Verdict,
)
from build_tasks.planning.scanning.policy import fingerprint, judge, production_refusal, superseded, too_old
from tests.fakes.scanning import finding

TODAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STRICT = ScanPolicy(
    scanners=(ScannerName.GRYPE,),
    production_accepts=(ScannerName.GRYPE,),
    severity=Severity.HIGH,
    only_with_fix=False,
    refuse_unknown=True,
    refuse_no_packages=True,
    oldest=timedelta(days=5),
)

severities = st.sampled_from(Severity)
names = st.sampled_from(["CVE-1", "CVE-2", "GHSA-3", NO_PACKAGES])
findings = st.builds(
    Finding,
    id=names,
    package=st.sampled_from(["openssl", "perl"]),
    installed=st.just("1"),
    fixed=st.sampled_from(["", "2"]),
    severity=severities,
    kind=st.just("deb"),
    aliases=st.lists(names, max_size=2).map(tuple),
)
exceptions = st.builds(
    ScanException,
    id=names,
    package=st.sampled_from(["", "openssl", "perl"]),
    reason=st.just("x"),
    owner=st.just("y"),
    expires=st.dates(date(2026, 2, 26), date(2026, 3, 4)),
)
policies = st.builds(
    ScanPolicy,
    scanners=st.just((ScannerName.GRYPE,)),
    production_accepts=st.just((ScannerName.GRYPE,)),
    severity=st.sampled_from([s for s in Severity if s is not Severity.UNKNOWN]),
    only_with_fix=st.booleans(),
    refuse_unknown=st.booleans(),
    refuse_no_packages=st.booleans(),
    oldest=st.just(timedelta(days=5)),
    exceptions=st.lists(exceptions, max_size=4).map(tuple),
)
reports = st.lists(findings, max_size=8, unique=True)


def report(*found: Finding, scanner: str = "grype") -> ScanReport:
    return ScanReport(scanner, "1", NOW, NOW, found)


def verdict(policy: ScanPolicy, *found: Finding) -> Verdict:
    return judge(report(*found), policy, TODAY)


@given(policies, reports)
def test_every_finding_ends_in_exactly_one_place(policy: ScanPolicy, found: list[Finding]) -> None:
    made = verdict(policy, *found)
    ends = [*made.refused, *(f for f, _ in made.excepted), *made.tolerated]
    assert sorted(ends, key=repr) == sorted(found, key=repr)


@given(policies, reports)
def test_the_strictest_policy_accepts_nothing_from_its_severity_on(
    policy: ScanPolicy, found: list[Finding]
) -> None:
    """Whatever another policy refuses, one that is stricter in everything refuses as well."""
    strictest = replace(STRICT, severity=policy.severity)
    assert set(verdict(policy, *found).refused) <= set(verdict(strictest, *found).refused)


@given(policies, reports)
def test_without_exceptions_more_is_refused_and_never_less(policy: ScanPolicy, found: list[Finding]) -> None:
    bare = verdict(replace(policy, exceptions=()), *found)
    made = verdict(policy, *found)
    assert set(bare.refused) == set(made.refused) | {f for f, _ in made.excepted}


@given(policies, reports)
def test_only_exceptions_of_today_or_later_accept(policy: ScanPolicy, found: list[Finding]) -> None:
    made = verdict(policy, *found)
    for accepted, exception in made.excepted:
        assert exception.expires >= TODAY
        assert exception.id in (accepted.id, *accepted.aliases)
        assert exception.package in ("", accepted.package)
    for refused, exception in made.expired:
        assert refused in made.refused and exception.expires < TODAY


@given(policies, reports)
def test_the_worst_comes_first(policy: ScanPolicy, found: list[Finding]) -> None:
    ranks = [finding.severity for finding in verdict(policy, *found).refused]
    assert ranks == sorted(ranks, reverse=True)


@given(policies, reports)
def test_the_order_of_a_report_makes_no_difference(policy: ScanPolicy, found: list[Finding]) -> None:
    assert verdict(policy, *found) == verdict(policy, *reversed(found))


@pytest.mark.parametrize(
    ("severity", "passes"),
    [
        (Severity.CRITICAL, False),
        (Severity.HIGH, False),
        (Severity.MEDIUM, True),
        (Severity.LOW, True),
        (Severity.NEGLIGIBLE, True),
        (Severity.UNKNOWN, False),
    ],
)
def test_from_the_severity_on(severity: Severity, passes: bool) -> None:
    assert verdict(STRICT, finding(severity=severity)).passed is passes


def test_what_no_version_mends_is_refused_unless_the_policy_says_so() -> None:
    unfixed = finding(fixed="")
    assert verdict(STRICT, unfixed).refused == (unfixed,)
    assert verdict(replace(STRICT, only_with_fix=True), unfixed).tolerated == (unfixed,)
    assert not verdict(replace(STRICT, only_with_fix=True), finding()).passed


def test_a_severity_that_nobody_has_said() -> None:
    unknown = finding(severity=Severity.UNKNOWN)
    assert not verdict(replace(STRICT, severity=Severity.CRITICAL), unknown).passed
    assert verdict(replace(STRICT, refuse_unknown=False), unknown).passed


def test_an_image_without_packages() -> None:
    nothing = finding(NO_PACKAGES, severity=Severity.UNKNOWN, fixed="")
    assert not verdict(STRICT, nothing).passed
    assert verdict(replace(STRICT, refuse_no_packages=False), nothing).passed


def excepting(expires: date, package: str = "", id_: str = "CVE-2026-0001") -> ScanPolicy:
    return replace(STRICT, exceptions=(ScanException(id_, package, "never called", "shipping", expires),))


def test_an_exception_counts_through_its_last_day() -> None:
    assert verdict(excepting(TODAY), finding()).passed
    late = excepting(TODAY - timedelta(days=1))
    made = verdict(late, finding())
    assert not made.passed
    assert made.expired == ((finding(), late.exceptions[0]),)
    assert superseded(late, TODAY) == late.exceptions
    assert superseded(excepting(TODAY), TODAY) == ()


def test_an_exception_of_one_package_accepts_no_other() -> None:
    assert not verdict(excepting(TODAY, "perl"), finding()).passed
    assert verdict(excepting(TODAY, "libssl3t64"), finding()).passed


def test_an_exception_by_another_name_of_the_same_vulnerability() -> None:
    known_as = replace(finding("GHSA-aaaa"), aliases=("CVE-2026-0001",))
    assert verdict(excepting(TODAY), known_as).passed


def test_of_two_exceptions_the_later_counts() -> None:
    [late] = excepting(TODAY).exceptions
    [early] = excepting(TODAY - timedelta(days=9), "libssl3t64").exceptions
    made = verdict(replace(STRICT, exceptions=(early, late)), finding())
    assert made.excepted == ((finding(), late),)


def test_what_needs_no_exception_uses_none() -> None:
    assert verdict(excepting(TODAY), finding(severity=Severity.LOW)).excepted == ()


@pytest.mark.parametrize(("age", "old"), [(timedelta(days=5), False), (timedelta(days=5, seconds=1), True)])
def test_what_a_scanner_knows_may_be_so_old(age: timedelta, old: bool) -> None:
    assert bool(too_old(NOW - age, STRICT, NOW)) is old


def test_why_it_is_too_old() -> None:
    why = too_old(NOW - timedelta(days=9), STRICT, NOW)
    assert why == (
        "what it knows is of 2026-02-20 12:00 UTC, 9 days old; the policy allows 5 days (max_age_days)"
    )


def test_an_age_that_is_only_just_too_high_is_told_by_the_hour() -> None:
    strict = replace(STRICT, oldest=timedelta(days=1))
    assert "1 day and 1 hour old; the policy allows 1 day (" in too_old(
        NOW - timedelta(hours=25), strict, NOW
    )


def test_production_accepts_the_scanners_that_the_policy_names() -> None:
    assert production_refusal(report(), STRICT) == ""
    lesser = report(scanner="patch-level")
    assert production_refusal(lesser, STRICT) == (
        "it was scanned by patch-level, and production_accepts names grype only"
    )
    assert production_refusal(lesser, replace(STRICT, production_accepts=tuple(ScannerName))) == ""


def test_a_policy_that_says_something_else_has_another_fingerprint() -> None:
    others = [
        STRICT,
        replace(STRICT, severity=Severity.LOW),
        replace(STRICT, oldest=timedelta(days=6)),
        replace(STRICT, scanners=tuple(ScannerName)),
        excepting(TODAY),
        excepting(TODAY + timedelta(days=1)),
    ]
    assert len({fingerprint(policy) for policy in others}) == len(others)
    assert fingerprint(replace(STRICT)) == fingerprint(STRICT)
