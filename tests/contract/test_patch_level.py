"""The second scanner against Debian's own archive, and against archives that are none."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.scanning.debian_security import SecuritySuite
from build_tasks.adapters.scanning.patch_level import PatchLevel
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.scan import NO_PACKAGES, Knowledge, Severity, Unreachable
from build_tasks.planning.scanning.bill_of_materials import read_bill
from build_tasks.planning.scanning.patch_level import SecurityIndex, installed_packages, is_older
from build_tasks.steps.platform.updates import LIST_PACKAGES
from tests.contract.publisher import Publisher, publisher
from tests.fakes.scanning import bill, component, debian

NOW = datetime(2026, 3, 2, tzinfo=UTC)
#: What trixie was released with; the security suite has had newer ones ever since.
OLD = read_bill(
    bill(
        debian(),
        component("deb", "libssl3t64", "3.5.1-1", source="openssl"),
        component("deb", "openssl", "3.5.1-1"),
        component("pypi", "requests", "2.39.0"),
    )
)


@pytest.fixture
def scanner(tmp_path: Path) -> PatchLevel:
    """Asks the archive that this machine's apt has."""
    return _scanner(tmp_path)


def _scanner(folder: Path, archive: str = "") -> PatchLevel:
    return PatchLevel(_suite(folder, archive), lambda: NOW, "trixie")


def _suite(folder: Path, archive: str = "") -> SecuritySuite:
    return SecuritySuite(Processes(CommandLog(folder / "log")), folder / "apt", archive)


def test_machines_are_told_the_same_publication(tmp_path: Path) -> None:
    """Base images are named for it, on each machine."""
    one, other = (_suite(tmp_path / name).index("trixie") for name in ("one", "other"))
    assert isinstance(one, SecurityIndex) and isinstance(other, SecurityIndex)
    assert one == other and one.packages
    assert timedelta() < datetime.now(UTC) - one.published < timedelta(days=8), "signed anew within a week"


def test_a_package_without_its_security_update(scanner: PatchLevel) -> None:
    knowledge = scanner.knowledge(OLD)
    assert isinstance(knowledge, Knowledge), knowledge
    assert datetime.now(UTC) - knowledge.database < timedelta(days=8), "Debian signs it anew within a week"
    report = scanner.scan(OLD)
    assert (report.scanner, report.database) == ("patch-level", knowledge.database)
    assert {finding.package for finding in report.findings} == {"libssl3t64", "openssl"}
    assert {finding.severity for finding in report.findings} == {Severity.UNKNOWN}
    named = {finding.id for finding in report.findings if finding.package == "libssl3t64"}
    assert len(named) >= 8 and all(id_.startswith("CVE-") for id_ in named)
    assert all(is_older("3.5.1-1", finding.fixed) for finding in report.findings)
    assert report.notes[0].startswith(
        "no full scan: 2 Debian packages were compared with trixie-security of "
    )
    assert report.notes[1] == "not looked at: packages of other kinds (1 pypi)"


def test_packages_that_are_up_to_date(scanner: PatchLevel) -> None:
    [openssl, *_] = {f.fixed for f in scanner.scan(OLD).findings}
    current = read_bill(bill(debian(), component("deb", "libssl3t64", openssl, source="openssl")))
    assert scanner.scan(current).findings == ()


def test_the_changelogs_of_one_source_are_fetched_once(scanner: PatchLevel, tmp_path: Path) -> None:
    scanner.scan(OLD)
    commands = [line for line in (tmp_path / "log").read_text().splitlines() if " $ " in line]
    assert len([line for line in commands if " download " in line]) == 1
    assert len([line for line in commands if line.split("'")[0].endswith(" update")]) <= 1


def test_it_can_be_reached(scanner: PatchLevel) -> None:
    assert scanner.obstacle() == ""


def test_an_image_from_scratch_proves_nothing_and_says_so(scanner: PatchLevel) -> None:
    bare = read_bill(bill(component("golang", "stdlib", "1.26.8")))
    assert scanner.knowledge(bare) == Knowledge(NOW, NO_PACKAGES)
    report = scanner.scan(bare)
    assert [finding.id for finding in report.findings] == [NO_PACKAGES]
    assert report.notes == (
        "the image has no system packages: nothing was compared, and nothing is proven",
        "not looked at: packages of other kinds (1 golang)",
    )


_EVIL = "x-security main\ndeb [trusted=yes] http://evil.example.org/ x"


@pytest.mark.parametrize(
    ("components", "why"),
    [
        ((debian("noble", "ubuntu"), component("deb", "openssl", "1")), "the image is ubuntu"),
        ((component("apk", "openssl", "1"),), "of no named distribution"),
        ((component("deb", "openssl", "1"),), "of no named distribution"),
        ((debian(),), "its list of packages is missing"),
        ((debian(""), component("deb", "openssl", "1")), "which release of Debian"),
        ((debian(_EVIL), component("deb", "openssl", "1")), "which release of Debian"),
        ((debian(), component("deb", "openssl", "1", arch="../x")), "no architecture that Debian has"),
        ((debian("bullfrog"), component("deb", "openssl", "1")), "bullfrog-security"),
    ],
)
def test_images_whose_packages_cannot_be_compared(
    scanner: PatchLevel, components: tuple[dict[str, object], ...], why: str
) -> None:
    image = read_bill(bill(*components))
    knowledge = scanner.knowledge(image)
    assert isinstance(knowledge, Unreachable)
    assert why in knowledge.reason
    with pytest.raises(FlowError) as failed:
        scanner.scan(image)
    assert failed.value.code is ExitCode.SCANNER_UNAVAILABLE


def test_a_version_that_debian_does_not_know_proves_nothing(scanner: PatchLevel) -> None:
    image = read_bill(bill(debian(), component("deb", "openssl", "not a version")))
    scanner.knowledge(image)
    with pytest.raises(FlowError, match="not a version") as failed:
        scanner.scan(image)
    assert failed.value.code is ExitCode.SCANNER_UNAVAILABLE


def test_an_archive_that_does_not_answer(tmp_path: Path) -> None:
    scanner = _scanner(tmp_path, "http://127.0.0.1:9/debian-security")
    knowledge = scanner.knowledge(OLD)
    assert isinstance(knowledge, Unreachable) and "127.0.0.1" in knowledge.reason
    assert scanner.obstacle() != ""


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Publisher]:
    with publisher(tmp_path / "served") as served:
        yield served


def test_an_archive_that_nobody_signed(mirror: Publisher, tmp_path: Path) -> None:
    """Somebody in between could otherwise say that nothing is newer."""
    suite = mirror.folder / "dists" / "trixie-security"
    suite.mkdir(parents=True)
    (suite / "Release").write_text(
        "Label: Debian-Security\nCodename: trixie-security\nDate: Sun, 01 Mar 2026 00:00:00 UTC\n"
        "Components: main\nArchitectures: amd64\nSHA256:\n"
    )
    knowledge = _scanner(tmp_path, mirror.address).knowledge(OLD)
    assert isinstance(knowledge, Unreachable)
    assert "signed" in knowledge.reason
    assert any("trixie-security" in path for path in mirror.asked)


def test_what_dpkg_lists_of_a_system_is_read() -> None:
    listed = Processes(CommandLog(None)).run(LIST_PACKAGES).stdout
    system = installed_packages(listed, "trixie")
    assert len(system.components) == len(listed.splitlines()) > 50
    [dpkg] = (c for c in system.components if c.name == "dpkg")
    assert (dpkg.kind, dpkg.source, dpkg.source_version) == ("deb", "dpkg", dpkg.version)


def test_versions_are_compared_as_dpkg_compares_them() -> None:
    chance = random.Random(20)
    processes = Processes(CommandLog(None))
    dpkg = ["/usr/bin/dpkg", "--compare-versions"]
    for _ in range(150):
        one, other = _version(chance), _version(chance)
        said = processes.run([*dpkg, one, "lt", other], check=False)
        assert is_older(one, other) is (said.status == 0), f"{one} lt {other}"


def _version(chance: random.Random) -> str:
    """Such as Debian has, close enough together to need every rule."""

    def some(letters: str, most: int) -> str:
        return "".join(chance.choice(letters) for _ in range(chance.randint(0, most)))

    epoch = chance.choice(["", "", "0:", "1:"])
    upstream = chance.choice("019") + some("019aZ.+~-", 4) + chance.choice("019a")
    revision = chance.choice(["", "-" + chance.choice("01") + some("019aZ.+~", 3) + chance.choice("01")])
    return epoch + (upstream if revision else upstream.replace("-", ".")) + revision
