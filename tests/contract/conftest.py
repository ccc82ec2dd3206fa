"""What every contract test needs: the tools, and the door to run them. Other fixtures: fixtures_*.py."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from shutil import which

import pytest

from build_tasks.adapters.programs.process import CommandLog, Processes
from tests.contract.fixtures_registry import fake_registry, oras_registry, registry_host, registry_lab
from tests.contract.fixtures_signing import fake_signing, signing_lab, ssh_signing
from tests.contract.fixtures_source import fake_repository, git_repository, repository

__all__ = [
    "fake_registry",
    "fake_repository",
    "fake_signing",
    "git_repository",
    "oras_registry",
    "registry_host",
    "registry_lab",
    "repository",
    "signing_lab",
    "ssh_signing",
]

_TOOLS = "BUILD_TASKS_TOOLS"


@pytest.fixture(scope="session")
def tool() -> Callable[[str], Path]:
    """``tool("oras")``: the program. Without it the test fails: a skipped contract proves nothing."""

    def find(name: str) -> Path:
        folder = os.environ.get(_TOOLS)
        if not folder:
            pytest.fail(
                f"{_TOOLS} is not set: `./inv repo.test --only FILE` sets it; "
                f"{_TOOLS}=/usr/bin will do where the programs are there",
                pytrace=False,
            )
        # git is what README asks for; the platform does not provide it.
        path = Path(which(name) or name) if name == "git" else Path(folder, name)
        if not os.access(path, os.X_OK):
            pytest.fail(f"{name} is missing in {_TOOLS}={folder}", pytrace=False)
        return path

    return find


@pytest.fixture(scope="session")
def processes() -> Processes:
    """Runs programs, without a log."""
    return Processes(CommandLog(None))
