"""Host packages are installed only where they are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.platform import HostPackages
from build_tasks.steps.platform.host import ProvideHostPackages
from tests.fakes.provisioning import FakeHost
from tests.fakes.reporter import FakeReporter


def _groups(folder: Path) -> dict[str, HostPackages]:
    return {
        "compile": HostPackages("compile", "there is C code", ("gcc", "libc6-dev"), {"gcc": folder / "gcc"}),
        "sign": HostPackages("sign", "approvals are signed", ("openssh-client",), {}),
    }


def test_only_what_is_missing_is_installed_and_the_reason_is_told(tmp_path: Path) -> None:
    (tmp_path / "gcc").touch()
    host, reporter = FakeHost({"gcc", "openssh-client"}), FakeReporter()
    assert ProvideHostPackages(_groups(tmp_path), host, reporter)() == {"gcc": tmp_path / "gcc"}
    assert host.installs == ["libc6-dev"]
    assert reporter.reasons == {"install libc6-dev": "there is C code"}


def test_named_groups_only(tmp_path: Path) -> None:
    host = FakeHost()
    assert ProvideHostPackages(_groups(tmp_path), host, FakeReporter())(["sign"]) == {}
    assert host.installs == ["openssh-client"]


def test_a_program_that_its_package_does_not_bring_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FlowError) as caught:
        ProvideHostPackages(_groups(tmp_path), FakeHost(), FakeReporter())()
    assert caught.value.code is ExitCode.UNAVAILABLE
    assert str(tmp_path / "gcc") in caught.value.why
