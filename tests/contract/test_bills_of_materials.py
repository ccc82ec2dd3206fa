"""What syft lists of an image is what scanners need."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.scanning.syft import Syft
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.bill_of_materials import BillOfMaterials, Component
from build_tasks.planning.scanning.bill_of_materials import read_bill
from tests.contract.saved_image import DEBIAN, save_image

NAME = "shop/delivery-final:in-1"


@pytest.fixture
def bill_of(tool: Callable[[str], Path], tmp_path: Path) -> Callable[[Mapping[str, bytes]], BillOfMaterials]:
    def make(files: Mapping[str, bytes]) -> BillOfMaterials:
        processes = Processes(CommandLog(tmp_path / "log"))
        syft = Syft(
            processes, tool("syft"), lambda _, archive: save_image(files, archive), tmp_path / "scratch"
        )
        return read_bill(syft.of("sha256:1", NAME))

    return make


BillOf = Callable[[Mapping[str, bytes]], BillOfMaterials]


def test_a_debian_image(bill_of: BillOf, tmp_path: Path) -> None:
    made = bill_of(DEBIAN)
    assert (made.distribution, made.codename) == ("debian", "trixie")
    assert set(made.components) == {
        Component("deb", "libssl3t64", "3.5.1-1", "amd64", "openssl", "3.5.1-1"),
        Component("deb", "perl-base", "5.40.1-6", "amd64", "perl", "5.40.1-6"),
        Component("pypi", "requests", "2.39.0", "", "requests", "2.39.0"),
    }
    document = json.loads(made.document)
    assert document["bomFormat"] == "CycloneDX"
    about = document["metadata"]["component"]
    assert (about["type"], about["name"], about["version"]) == ("container", "shop/delivery-final", "in-1")
    assert {c["type"] for c in document["components"]} == {"library", "operating-system"}, "no single files"
    assert list((tmp_path / "scratch").iterdir()) == [], "the archive is gone"


def test_an_image_from_scratch_with_a_go_program(bill_of: BillOf, tool: Callable[[str], Path]) -> None:
    made = bill_of({"server": tool("oras").read_bytes()})
    assert (made.distribution, made.of_kind("deb")) == ("", ())
    assert {"oras.land/oras-go/v2", "stdlib"} <= {c.name for c in made.of_kind("golang")}


def test_an_empty_image(bill_of: BillOf) -> None:
    assert bill_of({"etc/motd": b"hello"}).components == ()


def test_the_epoch_of_a_version_is_kept(bill_of: BillOf) -> None:
    status = DEBIAN["var/lib/dpkg/status"].replace(b"Version: 3.5.1-1", b"Version: 1:3.5.1-1+b2")
    [openssl] = (c for c in bill_of({**DEBIAN, "var/lib/dpkg/status": status}).components if "ssl" in c.name)
    assert (openssl.version, openssl.source) == ("1:3.5.1-1+b2", "openssl")


def test_settings_of_the_user_s_leave_nothing_out(
    bill_of: BillOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".syft.yaml").write_text("exclude: ['/var/**']\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYFT_EXCLUDE", "/var/**")
    assert len(bill_of(DEBIAN).components) == 3


def test_what_is_no_image(tool: Callable[[str], Path], tmp_path: Path) -> None:
    def save(_: str, archive: Path) -> None:
        archive.write_bytes(b"nothing of the kind")

    syft = Syft(Processes(CommandLog(None)), tool("syft"), save, tmp_path)
    with pytest.raises(FlowError) as failed:
        syft.of("sha256:1", NAME)
    assert failed.value.code is ExitCode.SCANNER_UNAVAILABLE
    assert "list what is in shop/delivery-final:in-1" in failed.value.what


def test_without_the_program(tmp_path: Path) -> None:
    def save(_: str, archive: Path) -> None:
        save_image(DEBIAN, archive)

    syft = Syft(Processes(CommandLog(None)), tmp_path / "syft", save, tmp_path)
    with pytest.raises(FlowError) as failed:
        syft.of("sha256:1", NAME)
    assert failed.value.code is ExitCode.SCANNER_UNAVAILABLE
    assert "platform.up" in failed.value.fix
