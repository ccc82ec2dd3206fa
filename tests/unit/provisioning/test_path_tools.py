"""A program on PATH is used when the recipe accepts its version."""

from __future__ import annotations

from pathlib import Path

import pytest
from semver import Version

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.provisioning.path_tools import PathTools, within
from build_tasks.model.platform import AcceptedVersions, Declined, Found, ToolRecipe

_RECIPE = ToolRecipe(
    "docker",
    "28.5.2",
    Path(),
    {"docker": "x", "dockerd": "y"},
    accept={"docker": AcceptedVersions(">=28.0.0,<30.0.0", ("--version",))},
)


def _program(folder: Path, script: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "docker"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


def _source(*folders: Path, ours: Path = Path("/nowhere/ours")) -> PathTools:
    return PathTools(Processes(CommandLog(None)), ":".join(map(str, folders)), ours)


def test_an_accepted_version_is_found(tmp_path: Path) -> None:
    file = _program(tmp_path, '[ "$1" = --version ] && echo "Docker version 28.2.2, build e6534b4"')
    assert _source(tmp_path).look(_RECIPE, "docker") == Found(file, "28.2.2")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'Docker version 20.10.24, build 1'", "is 20.10.24, not >=28.0.0,<30.0.0"),
        ("echo 'Docker version 30.0.0'", "is 30.0.0, not >=28.0.0,<30.0.0"),
        ("echo unknown", "does not tell its version"),
        ("echo 28.2.2; exit 1", "does not tell its version"),
    ],
)
def test_any_other_is_declined_with_the_reason(tmp_path: Path, script: str, reason: str) -> None:
    _program(tmp_path, script)
    answer = _source(tmp_path).look(_RECIPE, "docker")
    assert isinstance(answer, Declined)
    assert reason in answer.reason


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    assert _source(tmp_path).look(_RECIPE, "docker") == Declined("no docker there")


def test_a_file_that_is_no_program(tmp_path: Path) -> None:
    _program(tmp_path, "").write_text("\x00")
    answer = _source(tmp_path).look(_RECIPE, "docker")
    assert isinstance(answer, Declined)


def test_a_program_without_accepted_versions_is_always_ours(tmp_path: Path) -> None:
    assert _source(tmp_path).look(_RECIPE, "dockerd") == Declined("only ours is used")


def test_what_we_provide_ourselves_is_passed_over(tmp_path: Path) -> None:
    """`platform.env` puts it on PATH; taking it from there would end in links that lead to themselves."""
    ours = _program(tmp_path / "cache" / "bin", "echo 28.5.2")
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "docker").symlink_to(ours)
    theirs = _program(tmp_path / "usr", "echo 28.1.0")
    source = _source(linked, tmp_path / "usr", ours=tmp_path / "cache")
    assert source.look(_RECIPE, "docker") == Found(theirs, "28.1.0")


@pytest.mark.parametrize(
    ("version", "conditions", "expected"),
    [
        ("1.36.0", ">=1.36.0,<1.39.0", True),
        ("1.39.0", ">=1.36.0,<1.39.0", False),
        ("1.37.4-dispatcher", ">=1.36.0,<1.39.0", True),
        ("1.36.0-rc.1+build", ">=1.36.0,<1.39.0", True),
        ("1.35.9", ">=1.36.0", False),
    ],
)
def test_ranges(version: str, conditions: str, expected: bool) -> None:
    assert within(Version.parse(version), conditions) is expected
