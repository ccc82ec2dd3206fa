"""Debian's packages against the security suite's: versions, changelogs, indexes."""

from __future__ import annotations

import pytest

from build_tasks.model.scan import Severity
from build_tasks.planning.scanning.bill_of_materials import read_bill
from build_tasks.planning.scanning.patch_level import (
    Outdated,
    SuitePackage,
    architecture_of,
    findings,
    is_older,
    mended,
    outdated,
    read_index,
)
from tests.fakes.scanning import OPENSSL, bill, component, debian

INDEX = """Package: libssl3t64
Source: openssl
Version: 3.5.7-1~deb13u3
Architecture: amd64
Depends: libc6 (>= 2.38),
 zlib1g
Description: Secure Sockets Layer toolkit

Package: bsdutils
Source: util-linux (2.41-5+deb13u1)
Version: 1:2.41-5+deb13u1
Architecture: amd64

Package: tzdata
Version: 2026c-0+deb13u1
Architecture: all
"""
CHANGELOG = """openssl (3.5.7-1~deb13u3) trixie-security; urgency=medium

  * CVE-2026-84782 ("DTLS"), again CVE-2026-84782
  * CVE-2026-35189 and CVE-2026-3519
    as openssl (9.9-1) did; XCVE-2026-1111

 -- Somebody <somebody@example.org>  Tue, 29 Sep 2026 22:10:28 +0200

openssl (3.5.6-1) trixie; urgency=medium

  * CVE-2025-0001

 -- Somebody <somebody@example.org>  Sat, 18 Jul 2026 22:55:34 +0200

openssl (3.5.1-1) trixie; urgency=medium

  * CVE-2024-0001

 -- Somebody <somebody@example.org>  Sat, 18 Jul 2025 22:55:34 +0200
"""
NEWER = SuitePackage("libssl3t64", "3.5.7-1~deb13u3", "amd64", "openssl", "3.5.7-1~deb13u3")


def names(found: tuple[Outdated, ...]) -> list[tuple[str, str]]:
    return [(one.installed.name, one.newer.version) for one in found]


def test_the_packages_of_an_index() -> None:
    assert read_index(INDEX) == (
        NEWER,
        SuitePackage("bsdutils", "1:2.41-5+deb13u1", "amd64", "util-linux", "2.41-5+deb13u1"),
        SuitePackage("tzdata", "2026c-0+deb13u1", "all", "tzdata", "2026c-0+deb13u1"),
    )
    assert read_index("") == ()


def test_an_index_that_is_none() -> None:
    with pytest.raises(ValueError, match="without 'version'"):
        read_index("Package: x\nArchitecture: all\n")


@pytest.mark.parametrize(
    ("installed", "old"),
    [
        ("3.5.1-1", True),
        ("3.5.7-1~deb13u2", True),
        ("3.5.7-1~deb13u3", False),
        ("3.5.7-1", False),
        ("3.5.9-1~deb13u1", False),
        ("1:1.0-1", False),
    ],
)
def test_older_than_the_suite(installed: str, old: bool) -> None:
    made = read_bill(bill(debian(), component("deb", "libssl3t64", installed)))
    assert bool(outdated(made, read_index(INDEX))) is old


def test_packages_of_any_machine_and_of_one() -> None:
    made = read_bill(
        bill(
            debian(),
            component("deb", "tzdata", "2025a-1", arch="all"),
            component("deb", "bsdutils", "1:2.41-5", source="util-linux", sourceVersion="2.41-5"),
            component("deb", "unheard-of", "1"),
        )
    )
    assert names(outdated(made, read_index(INDEX))) == [
        ("tzdata", "2026c-0+deb13u1"),
        ("bsdutils", "1:2.41-5+deb13u1"),
    ]
    assert architecture_of(made) == "amd64"


def test_a_package_that_became_one_of_any_machine() -> None:
    made = read_bill(bill(debian(), component("deb", "tzdata", "2025a-1", arch="amd64")))
    assert names(outdated(made, read_index(INDEX))) == [("tzdata", "2026c-0+deb13u1")]


def test_another_machine_s_packages_do_not_count() -> None:
    made = read_bill(bill(debian(), component("deb", "libssl3t64", "3.5.1-1", arch="arm64")))
    assert outdated(made, read_index(INDEX)) == ()


def test_of_several_versions_in_the_suite_the_newest_counts() -> None:
    made = read_bill(bill(debian(), OPENSSL))
    older = SuitePackage("libssl3t64", "3.5.2-1", "amd64", "openssl", "3.5.2-1")
    for suite in ((older, NEWER), (NEWER, older)):
        assert names(outdated(made, suite)) == [("libssl3t64", NEWER.version)]


def test_packages_of_other_kinds_are_not_debian_s() -> None:
    made = read_bill(bill(debian(), component("pypi", "tzdata", "1")))
    assert outdated(made, read_index(INDEX)) == ()


def test_a_version_that_is_none() -> None:
    with pytest.raises(ValueError, match="Invalid version"):
        is_older("not a version", "1")


def test_the_cves_that_a_changelog_names_since() -> None:
    assert mended(CHANGELOG, "3.5.6-1") == ("CVE-2026-35189", "CVE-2026-3519", "CVE-2026-84782")
    assert mended(CHANGELOG, "3.5.1-1")[0] == "CVE-2025-0001"
    assert mended(CHANGELOG, "3.5.7-1~deb13u3") == ()
    assert mended("", "1") == mended("no changelog", "1") == ()


def test_what_an_outdated_package_amounts_to() -> None:
    [one] = outdated(read_bill(bill(debian(), OPENSSL)), [NEWER])
    found = findings(one, ("CVE-2026-1", "CVE-2026-2"))
    assert [(f.id, f.package, f.installed, f.fixed) for f in found] == [
        ("CVE-2026-1", "libssl3t64", "3.5.1-1", "3.5.7-1~deb13u3"),
        ("CVE-2026-2", "libssl3t64", "3.5.1-1", "3.5.7-1~deb13u3"),
    ]
    assert {f.severity for f in found} == {Severity.UNKNOWN}
    [stand_in] = findings(one, ())
    assert stand_in.id == "update:libssl3t64=3.5.7-1~deb13u3"
