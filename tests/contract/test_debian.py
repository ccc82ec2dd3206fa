"""What the host's package manager answers. Nothing is installed here: the platform's own set-up does that."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import Processes
from build_tasks.adapters.provisioning.debian import DebianHost, Debootstrap
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.platform import HostPackages

_ABSENT = "build-tasks-no-such-package"


def _group(*packages: str) -> HostPackages:
    return HostPackages("test", "a test wants it", packages, {})


@pytest.mark.parametrize(
    ("packages", "missing"),
    [
        (["dpkg", "base-files"], []),
        (["dpkg", _ABSENT], [_ABSENT]),
        ([_ABSENT], [_ABSENT]),
        (["awk"], ["awk"]),  # a virtual package: known, but never installed itself
    ],
)
def test_missing_packages(processes: Processes, packages: Sequence[str], missing: Sequence[str]) -> None:
    assert DebianHost(processes).missing(_group(*packages)) == missing


def test_who_is_not_root_is_told_what_to_type(processes: Processes) -> None:
    with pytest.raises(FlowError) as caught:
        DebianHost(processes, user_id=1000).install(_group("dpkg", _ABSENT), lambda _: None)
    assert caught.value.code is ExitCode.UNAVAILABLE
    assert caught.value.fix == f"sudo apt-get install --no-install-recommends {_ABSENT}"
    assert "a test wants it" in caught.value.what


def test_what_is_there_needs_no_rights_and_no_work(processes: Processes) -> None:
    DebianHost(processes, user_id=1000).install(_group("dpkg"), lambda _: None)


def test_on_another_system_it_is_enough_that_the_programs_are_there(processes: Processes) -> None:
    """ssh-keygen is at the same place on a Mac and on any Linux."""
    host = DebianHost(processes, dpkg_query=Path("/nowhere/dpkg-query"))
    assert host.missing(HostPackages("test", "x", ("openssh-client",), {"sh": Path("/bin/sh")})) == []
    for programs in ({"sh": Path("/nowhere/sh")}, {}):
        with pytest.raises(FlowError) as caught:
            host.missing(HostPackages("test", "x", ("openssh-client",), programs))
        assert caught.value.code is ExitCode.UNAVAILABLE
        assert "openssh-client" in caught.value.fix


def test_a_suite_that_debootstrap_does_not_know(processes: Processes, tmp_path: Path) -> None:
    with pytest.raises(FlowError) as caught:
        Debootstrap(processes, tmp_path / "debs").make(
            "no-such-suite", [], tmp_path / "a.tar", lambda _: None
        )
    assert "does not know no-such-suite" in caught.value.why
    assert not (tmp_path / "a.tar").exists()


def test_the_architecture_is_debian_s_name_of_it(processes: Processes) -> None:
    assert Debootstrap(processes, Path()).architecture in {"amd64", "arm64"}
