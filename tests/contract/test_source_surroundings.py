"""Where and how git is run: hooks, other folders, shallow clones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from build_tasks.adapters.git.repository import GitRepository
from build_tasks.errors import ExitCode, FlowError
from tests.contract.fixtures_source import RealRepository


def test_a_hooks_environment_does_not_leak(
    git_repository: RealRepository, tool: Callable[[str], Path], tmp_path: Path
) -> None:
    git_repository.commit({"a": "1"})
    git_repository.git("init", "-q", str(tmp_path / "elsewhere"))
    hook = {"GIT_DIR": str(tmp_path / "elsewhere/.git"), "GIT_INDEX_FILE": "x", "GIT_WORK_TREE": "/"}
    processes = git_repository.processes.without(lambda _: False)
    leaky = type(processes)(processes.log, {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **hook})
    source = GitRepository(leaky, git_repository.root, tool("ssh-keygen"), tool("git"))
    assert source.head().sha == git_repository.git("rev-parse", "HEAD")
    assert not source.is_dirty()
    assert source.show("HEAD", "a") == "1"


def test_outside_a_repository(
    git_repository: RealRepository, tool: Callable[[str], Path], tmp_path: Path
) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        source = GitRepository(git_repository.processes, folder, tool("ssh-keygen"), tool("git"))
        for ask in (source.head, source.branch, source.is_dirty, source.remote_url, source.fetch):
            with pytest.raises(FlowError, match="not in a git repository") as caught:
                ask()
            assert caught.value.code is ExitCode.CONFIG


def test_a_shallow_clone_knows_what_it_lacks(
    git_repository: RealRepository, tool: Callable[[str], Path], tmp_path: Path
) -> None:
    first = git_repository.commit({"a": "1"})
    second = git_repository.commit({"a": "2"})
    git_repository.git("clone", "-q", "--depth=1", f"file://{git_repository.root}", str(tmp_path / "shallow"))
    source = GitRepository(git_repository.processes, tmp_path / "shallow", tool("ssh-keygen"), tool("git"))
    assert source.head().sha == second
    assert source.commit(first) is None
    assert source.merge_base(first, "HEAD") is None
    with pytest.raises(FlowError, match=first) as caught:
        source.changed_paths(first, "HEAD")
    assert "--unshallow" in caught.value.fix


def test_ignored_and_deleted_files_are_not_listed(git_repository: RealRepository) -> None:
    git_repository.commit({".gitignore": "*.pyc\n", "s/app.py": "1", "s/gone.py": "1"})
    for name in ("s/app.pyc", "s/new.py"):
        git_repository.write(name)
    (git_repository.root / "s/gone.py").unlink()
    (git_repository.root / "s/link").symlink_to("nowhere")
    assert git_repository.source.files(["s"]) == ["s/app.py", "s/link", "s/new.py"]


def test_the_signing_key_that_git_is_told_of(git_repository: RealRepository, tmp_path: Path) -> None:
    assert git_repository.source.signing_key() is None
    key, public = git_repository.new_key("alice")
    for setting, found in (
        (str(key), key),
        ("~/.ssh/id_ed25519", tmp_path / ".ssh/id_ed25519"),
        (f"key::{public}", None),
        (public, None),
        ("0xDEADBEEF", None),
    ):
        git_repository.git("config", "user.signingkey", setting)
        assert git_repository.source.signing_key() == found
