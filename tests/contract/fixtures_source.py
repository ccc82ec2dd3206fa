"""Repositories: a real one in a folder, and the fake."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pytest

from build_tasks.adapters.git.repository import GitRepository
from build_tasks.adapters.programs.process import Processes
from build_tasks.ports.source import Signer, SourceControl
from tests.contract.fixtures_signing import SigningLab
from tests.fakes.origin import FakeOrigin
from tests.fakes.source import FakeSource


class Repository(Protocol):
    """What a test does to a repository without the code under test."""

    source: SourceControl
    signer: Signer

    def commit(self, files: Mapping[str, str | None], subject: str = "change") -> str: ...

    def check_out(self, ref: str) -> None: ...

    def write(self, path: str) -> None: ...

    def ignore(self, path: str) -> None: ...

    def add_tag(self, name: str, at: str) -> None: ...

    def add_origin(self) -> None: ...

    def set_origin(self, ref: str, commit: str) -> None: ...

    def origin_refs(self) -> Mapping[str, str]: ...

    def new_key(self, name: str) -> tuple[Path, str]: ...


class RealRepository:
    """`git` in a folder."""

    def __init__(
        self, processes: Processes, root: Path, git: Path, signing: SigningLab, ssh_keygen: Path
    ) -> None:
        self.root = root
        self.bare = root.with_name("origin.git")
        self.processes, self._git, self._signing = processes, git, signing
        self.git("init", "-q", "-b", "main", root, at=root.parent)
        self.git("config", "user.name", "Dev")
        self.git("config", "user.email", "dev@example.org")
        self.source: SourceControl = GitRepository(processes, root, ssh_keygen, git)
        self.signer = signing.signer

    def git(self, *words: str | Path, at: Path | None = None, stdin: bytes | None = None) -> str:
        return self.processes.run([self._git, "-C", at or self.root, *words], stdin=stdin).stdout.strip()

    def commit(self, files: Mapping[str, str | None], subject: str = "change") -> str:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink() if text is None else path.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def check_out(self, ref: str) -> None:
        self.git("checkout", "-q", ref)

    def write(self, path: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text("not committed")

    def ignore(self, path: str) -> None:
        """A file that git ignores."""
        with (self.root / ".git/info/exclude").open("a") as exclude:
            exclude.write(f"/{path}\n")
        self.write(path)

    def add_tag(self, name: str, at: str) -> None:
        self.git("tag", name, at)

    def add_origin(self) -> None:
        self.git("init", "-q", "--bare", "-b", "main", self.bare, at=self.root.parent)
        self.git("remote", "add", "origin", self.bare)

    def set_origin(self, ref: str, commit: str) -> None:
        self.git("push", "-q", "--force", self.bare, f"{commit}:{ref}")

    def origin_refs(self) -> Mapping[str, str]:
        words = (
            "for-each-ref",
            "--format=%(refname) %(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)",
        )
        return dict(line.split(" ") for line in self.git(*words, at=self.bare).splitlines())

    def new_key(self, name: str) -> tuple[Path, str]:
        return self._signing.key(name)


class FakeRepository:
    """The fake."""

    def __init__(self, root: Path) -> None:
        self._fake = FakeSource(root=root)
        self.source: SourceControl = self._fake
        self.signer: Signer = self._fake.signer
        self._root = root

    def commit(self, files: Mapping[str, str | None], subject: str = "change") -> str:
        return self._fake.add_commit(files, subject)

    def check_out(self, ref: str) -> None:
        self._fake.check_out(ref)

    def write(self, path: str) -> None:
        self._fake.dirty.add(path)

    def ignore(self, path: str) -> None:
        self._fake.ignored.add(path)

    def add_tag(self, name: str, at: str) -> None:
        self._fake.add_tag(name, at)

    def add_origin(self) -> None:
        self._fake.origin = FakeOrigin()

    def set_origin(self, ref: str, commit: str) -> None:
        assert self._fake.origin
        self._fake.origin.refs[ref] = commit

    def origin_refs(self) -> Mapping[str, str]:
        assert self._fake.origin
        return {r: t if isinstance(t, str) else t.commit for r, t in self._fake.origin.refs.items()}

    def new_key(self, name: str) -> tuple[Path, str]:
        return self._root / name, self._fake.signer.add_key(self._root / name, f"{name}@lab")


@pytest.fixture
def git_repository(
    tool: Callable[[str], Path], processes: Processes, ssh_signing: SigningLab, tmp_path: Path
) -> RealRepository:
    """A new repository, out of reach of the machine's own git configuration."""
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}
    alone = Processes(processes.log, env)
    return RealRepository(alone, tmp_path / "shop", tool("git"), ssh_signing, tool("ssh-keygen"))


@pytest.fixture
def fake_repository(tmp_path: Path) -> FakeRepository:
    return FakeRepository(tmp_path / "shop")


@pytest.fixture(params=["git_repository", "fake_repository"])
def repository(request: pytest.FixtureRequest) -> Repository:
    """Each in turn."""
    found: Repository = request.getfixturevalue(request.param)
    return found
