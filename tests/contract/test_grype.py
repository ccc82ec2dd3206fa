"""grype with a database of ours, from a publisher of ours: what it finds, and that it fails closed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from build_tasks.adapters.machine.credentials import credentials_in
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.scanning.grype import Grype
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.bill_of_materials import BillOfMaterials
from build_tasks.model.scan import Finding, Knowledge, Severity, Unreachable
from build_tasks.planning.scanning.bill_of_materials import read_bill
from tests.contract.publisher import OPENSSL, VULNERABILITIES, Publisher, publisher
from tests.fakes.scanning import bill, component, debian

#: The database's writer may have to be compiled first.
pytestmark = pytest.mark.timeout(900)

BUILT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
IMAGE = (
    debian(),
    component("deb", "libssl3t64", "3.5.1-1", source="openssl"),
    component("deb", "perl-base", "5.40.1-6", source="perl"),
    component("pypi", "requests", "2.39.0"),
)


def purl_of_a_release(text: bytes) -> bytes:
    """As syft writes it: the release, and the source package, are part of a package's URL."""
    return text.replace(
        b"libssl3t64@3.5.1-1?arch=amd64", b"libssl3t64@3.5.1-1?arch=amd64&distro=debian-13&upstream=openssl"
    ).replace(
        b"perl-base@5.40.1-6?arch=amd64", b"perl-base@5.40.1-6?arch=amd64&distro=debian-13&upstream=perl"
    )


@dataclass
class Lab:
    """A publisher, and scanners that ask it."""

    publisher: Publisher
    program: Path
    folder: Path

    def grype(self, *, mirror: str | None = None, program: Path | None = None) -> Grype:
        """A scanner as a new command has it; all share one database."""
        processes = Processes(CommandLog(self.folder / "log"))
        mirror = self.publisher.address if mirror is None else mirror
        processes.redact(credentials_in([mirror]))
        return Grype(processes, program or self.program, self.folder / "database", mirror, lambda: NOW)

    def asked(self, name: str) -> int:
        """How often the publisher was asked for a file."""
        return len([path for path in self.publisher.asked if name in path])

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    @property
    def database(self) -> Path:
        return self.folder / "database" / "6" / "vulnerability.db"


@pytest.fixture
def lab(tool: Callable[[str], Path], tmp_path: Path) -> Iterator[Lab]:
    with publisher(tmp_path / "served") as served:
        served.publish(BUILT, *VULNERABILITIES)
        yield Lab(served, tool("grype"), tmp_path)


@pytest.fixture(scope="session")
def image() -> BillOfMaterials:
    release = {"name": "syft:distro:versionID", "value": "13"}
    system = {**IMAGE[0], "version": "13"}
    system["properties"] = [*IMAGE[0]["properties"], release]  # type: ignore[misc]  # a list of properties
    return read_bill(purl_of_a_release(bill(system, *IMAGE[1:])))


def test_the_database_is_fetched_and_everything_is_looked_up(lab: Lab, image: BillOfMaterials) -> None:
    grype = lab.grype()
    knowledge = grype.knowledge(image)
    assert isinstance(knowledge, Knowledge)
    assert (knowledge.database, knowledge.unasked) == (BUILT, "")
    report = grype.scan(image)
    assert (report.scanner, report.database, report.scanned) == ("grype", BUILT, NOW)
    assert report.version.count(".") == 2
    assert set(report.findings) == {
        Finding("CVE-2026-0001", "libssl3t64", "3.5.1-1", "3.5.1-1+deb13u1", Severity.HIGH, "deb"),
        Finding("CVE-2026-0002", "perl-base", "5.40.1-6", "", Severity.LOW, "deb"),
        Finding(
            "GHSA-aaaa-bbbb-cccc",
            "requests",
            "2.39.0",
            "2.40.0",
            Severity.CRITICAL,
            "pypi",
            ("CVE-2026-0003",),
        ),
    }


def test_a_command_asks_once_and_the_next_one_asks_again(lab: Lab, image: BillOfMaterials) -> None:
    grype = lab.grype()
    assert grype.knowledge(image) == grype.knowledge(image)
    assert lab.asked("latest.json") == 1
    lab.grype().knowledge(image)
    assert (lab.asked("latest.json"), lab.asked("database.tar.gz")) == (2, 1)


def test_a_newer_database_replaces_the_old_one(lab: Lab, image: BillOfMaterials) -> None:
    first = lab.grype().knowledge(image)
    lab.publisher.publish(BUILT + timedelta(hours=6), OPENSSL)
    grype = lab.grype()
    second = grype.knowledge(image)
    assert isinstance(first, Knowledge) and isinstance(second, Knowledge)
    assert second.database == BUILT + timedelta(hours=6)
    assert second.identity != first.identity
    assert [finding.id for finding in grype.scan(image).findings] == ["CVE-2026-0001"]


def test_how_old_it_may_be_is_not_grype_s_business(lab: Lab, image: BillOfMaterials) -> None:
    knowledge = lab.grype().knowledge(image)
    assert isinstance(knowledge, Knowledge)
    assert datetime.now(UTC) - knowledge.database > timedelta(days=5), "grype would refuse it by itself"


def test_nobody_can_be_reached_and_there_is_no_database(lab: Lab, image: BillOfMaterials) -> None:
    knowledge = lab.grype(mirror="http://127.0.0.1:9").knowledge(image)
    assert isinstance(knowledge, Unreachable)
    assert "connection refused" in knowledge.reason and "127.0.0.1:9" in knowledge.reason


def test_nobody_can_be_reached_and_there_is_the_database_of_before(lab: Lab, image: BillOfMaterials) -> None:
    lab.grype().knowledge(image)
    grype = lab.grype(mirror="http://127.0.0.1:9")
    knowledge = grype.knowledge(image)
    assert isinstance(knowledge, Knowledge)
    assert knowledge.database == BUILT and "connection refused" in knowledge.unasked
    assert len(grype.scan(image).findings) == 3


def _proves_nothing(lab: Lab, image: BillOfMaterials, **changed: Path) -> FlowError:
    with pytest.raises(FlowError) as failed:
        lab.grype(**changed).knowledge(image)  # type: ignore[arg-type]  # a path, where one is given
    assert failed.value.code is ExitCode.SCANNER_UNAVAILABLE
    return failed.value


def test_an_archive_that_is_not_the_one_announced(lab: Lab, image: BillOfMaterials) -> None:
    lab.publisher.spoil()
    assert "hecksum" in _proves_nothing(lab, image).why
    assert not lab.database.exists()


def test_a_damaged_database(lab: Lab, image: BillOfMaterials) -> None:
    lab.grype().knowledge(image)
    lab.database.write_bytes(b"damaged")
    (lab.publisher.folder / "v6" / "latest.json").unlink()
    knowledge = lab.grype().knowledge(image)
    assert isinstance(knowledge, Unreachable), "the publisher has no list any more"


def test_a_list_that_is_none(lab: Lab, image: BillOfMaterials) -> None:
    (lab.publisher.folder / "v6" / "latest.json").write_text("<html>sign in, please</html>")
    assert "latest.json" in _proves_nothing(lab, image).why


def test_whether_a_publisher_can_be_reached(lab: Lab, image: BillOfMaterials) -> None:
    assert lab.grype().obstacle() == ""
    assert not lab.database.exists(), "asking fetches nothing"
    lab.grype().knowledge(image)
    assert lab.grype().obstacle() == ""
    assert "connection refused" in lab.grype(mirror="http://127.0.0.1:9").obstacle()
    assert lab.grype(program=Path("/bin/false")).obstacle() == "it ended with status 1"


def test_without_the_program(lab: Lab, image: BillOfMaterials, tmp_path: Path) -> None:
    assert "platform.up" in _proves_nothing(lab, image, program=tmp_path / "grype").fix


def test_a_program_that_says_nothing(lab: Lab, image: BillOfMaterials) -> None:
    assert "does not say what it is" in _proves_nothing(lab, image, program=Path("/bin/true")).why


def test_packages_of_no_named_distribution_cannot_be_looked_up(lab: Lab) -> None:
    """Without /etc/os-release grype would find nothing in them, and call that clean."""
    nameless = read_bill(bill(component("deb", "libssl3t64", "3.5.1-1")))
    assert "os-release" in _proves_nothing(lab, nameless).why


def test_settings_of_the_user_s_leave_nothing_out(
    lab: Lab, image: BillOfMaterials, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ignore = "ignore:\n  - vulnerability: CVE-2026-0001\nonly-fixed: true\n"
    (tmp_path / ".grype.yaml").write_text(ignore)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in {
        "ONLY_FIXED": "true",
        "DISTRO": "alpine:3",
        "CONFIG": str(tmp_path / ".grype.yaml"),
    }.items():
        monkeypatch.setenv(f"GRYPE_{name}", value)
    grype = lab.grype()
    grype.knowledge(image)
    assert len(grype.scan(image).findings) == 3


def test_a_mirror_that_wants_a_login_gets_it_and_nobody_else_does(lab: Lab, image: BillOfMaterials) -> None:
    lab.publisher.login = "ann:pa%ss"
    knowledge = lab.grype().knowledge(image)
    assert isinstance(knowledge, Unreachable) and "401" in knowledge.reason
    mirror = lab.publisher.address.replace("//", "//ann:pa%25ss@")
    grype = lab.grype(mirror=mirror)
    assert isinstance(grype.knowledge(image), Knowledge)
    lab.publisher.login = "somebody:else"
    refused = lab.grype(mirror=mirror).knowledge(image)
    assert isinstance(refused, Knowledge) and refused.unasked
    assert "pa%" not in lab.log + refused.unasked
    assert os.environ.get("GRYPE_DB_UPDATE_URL") is None
