"""The flow as its users meet it: commands typed in a scratch clone, on the platform of instance ``check``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.gameday import Gameday
from tests.integration.typed import Typed as Typed

if TYPE_CHECKING:
    from tests.integration.releasing import Approved

ROOT = Path(__file__).parents[2]
_FAULTS = pytest.StashKey[Gameday]()


@dataclass(frozen=True)
class Terminal:
    """Types commands in a repository.

    :param folder: the repository.
    """

    folder: Path

    def inv(self, *words: str, **env: str) -> Typed:
        argv = [sys.executable, "-P", "-m", "build_tasks", "--search-root", str(self.folder), *words]
        return self._run(argv, env)

    def must(self, *words: str) -> Typed:
        """A command that must succeed."""
        typed = self.inv(*words)
        assert typed.status == 0, typed.said
        return typed

    def json(self, *words: str) -> Any:
        return json.loads(self.must(*words, "--json").out)

    def git(self, *words: str) -> str:
        identity = ("-c", "user.name=Test", "-c", "user.email=test@localhost")
        typed = self._run(["git", *identity, *words], {})
        assert typed.status == 0, typed.said
        return typed.out.strip()

    def _run(self, argv: list[str], env: dict[str, str]) -> Typed:
        done = subprocess.run(
            argv, cwd=self.folder, env={**os.environ, **env}, capture_output=True, text=True, check=False
        )
        return Typed(done.returncode, done.stdout, done.stderr)

    def copy_to(self, folder: Path) -> Terminal:
        """The same repository once more, to spoil."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Terminal(folder)


@dataclass(frozen=True)
class Told:
    """A demonstration that was told to its end."""

    root: Terminal
    said: str

    @property
    def stage(self) -> Path:
        return self.root.folder / ".build" / "demo"

    @property
    def developer(self) -> Terminal:
        return Terminal(self.stage / "developer")

    @property
    def agent(self) -> Terminal:
        return Terminal(self.stage / "ci-agent")

    def key(self, owner: str) -> str:
        return str(self.stage / "keys" / owner)


@pytest.fixture(scope="session")
def platform() -> None:
    """The tests that follow need the platform of `./inv repo.check`; without it they fail."""
    if os.environ.get("BUILD_TASKS_INSTANCE", "local") == "local":
        pytest.fail("run the integration tests through `./inv repo.check`", pytrace=False)


@pytest.fixture(scope="session")
def fresh_clone(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """This repository as somebody who just cloned it has it: the last commit, nothing else."""
    folder = tmp_path_factory.mktemp("user") / "repository"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    return Terminal(folder)


@pytest.fixture(scope="session")
def gameday(pytestconfig: pytest.Config) -> Gameday:
    """The account of all faults that are tried, shown at the end of the run."""
    return pytestconfig.stash.setdefault(_FAULTS, Gameday())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The figure at the end; nothing where no fault was tried."""
    tried = config.stash.get(_FAULTS, None)
    if tried is not None and tried.endings:
        terminalreporter.section("faults")
        terminalreporter.line(tried.summary())


@pytest.fixture(scope="session")
def told(platform: None, fresh_clone: Terminal) -> Told:
    """The demonstration, told once."""
    typed = fresh_clone.inv("demo")
    assert typed.status == 0, typed.said[-6000:]
    return Told(fresh_clone, typed.said)


@pytest.fixture(scope="session")
def approved(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Approved:
    """A version of one service that waits to be promoted; made once, for promotions change nothing of it."""
    from tests.integration.releasing import release_for_approval

    return release_for_approval(told, tmp_path_factory.mktemp("faults") / "agent")
