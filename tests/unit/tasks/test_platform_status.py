"""``platform.status``: what a reader, and a script, is told of a platform that is not whole."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest
from invoke import Program

from build_tasks.errors import ExitCode
from build_tasks.steps.platform.parts import PlatformParts
from build_tasks.steps.platform.up import up
from build_tasks.tasks import platform
from build_tasks.tasks.session import Session
from build_tasks.wiring import Composition
from tests.fakes.platform import FakeWorld
from tests.fakes.platform_parts import FakeSupplies, platform_parts


@dataclass(frozen=True)
class OnlyParts:
    """The part of the local platform that the task uses."""

    parts: PlatformParts


@dataclass(frozen=True)
class OnlyPlatform:
    """The part of the composition root that the task uses."""

    platform: OnlyParts
    log: None = None


@pytest.fixture
def whole() -> PlatformParts:
    parts = platform_parts(FakeWorld())
    up(parts)
    return parts


@pytest.fixture
def lacking(whole: PlatformParts) -> PlatformParts:
    return replace(whole, supplies=FakeSupplies(missing=("helm",)))


def status(folder: Path, parts: PlatformParts, *flags: str) -> int:
    """The exit code of ``platform.status``."""
    session = Session(folder)
    session.composition = cast(Composition, OnlyPlatform(OnlyParts(parts)))
    try:
        Program(namespace=platform.collection(session), name="inv").run(["inv", "status", *flags])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_what_is_missing_is_said_with_what_makes_it(
    tmp_path: Path, lacking: PlatformParts, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(tmp_path, lacking) == ExitCode.UNAVAILABLE
    out = capsys.readouterr().out
    assert "helm" in out and out.endswith("\nnext: ./inv platform.up\n")


def test_a_script_gets_json_and_nothing_else(
    tmp_path: Path, lacking: PlatformParts, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(tmp_path, lacking, "--json") == ExitCode.UNAVAILABLE
    assert json.loads(capsys.readouterr().out)["parts"][-1]["name"] == "helm"


def test_a_whole_platform_needs_nothing(
    tmp_path: Path, whole: PlatformParts, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(tmp_path, whole) == ExitCode.OK
    assert "next:" not in capsys.readouterr().out
