"""What git says of changes: modes, partings, shallow clones, submodules, the files of a commit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from build_tasks.adapters.git.repository import GitRepository
from build_tasks.errors import FlowError
from build_tasks.model.affected import Change
from build_tasks.model.source import Parting
from tests.contract.fixtures_source import RealRepository, Repository

NOBODY = "0123456789012345678901234567890123456789"


def test_where_histories_part(repository: Repository) -> None:
    root = repository.commit({"a": "1"})
    repository.source.create_branch("feature/x", "HEAD")
    after = repository.commit({"a": "2"})
    repository.check_out("feature/x")
    mine = repository.commit({"b": "1"})
    repository.add_tag("v1.0.0", after)
    parting = repository.source.parting
    assert parting("main", "HEAD") == Parting(after, mine, root)
    assert parting("v1.0.0", "feature/x") == Parting(after, mine, root)
    assert parting(root, "main") == Parting(root, after, root)
    for ref in ("nope", "", "-x", "--all", NOBODY, "main..HEAD", "main...HEAD"):
        assert parting(ref, "HEAD") is None
        assert parting("HEAD", ref) is None


def test_histories_without_a_common_commit(git_repository: RealRepository) -> None:
    one = git_repository.commit({"a": "1"})
    git_repository.git("checkout", "-q", "--orphan", "other")
    other = git_repository.commit({"b": "1"})
    assert git_repository.source.parting("main", "HEAD") == Parting(one, other, "")
    assert git_repository.source.merge_base("main", "HEAD") is None


def test_changes_are_those_paths(repository: Repository) -> None:
    base = repository.commit({"gone": "1", "same": "1", "edited": "1"})
    head = repository.commit({"gone": None, "edited": "2", "new": "1"})
    assert repository.source.changes(base, head) == [Change("edited"), Change("gone"), Change("new")]
    with pytest.raises(FlowError, match="no commit nope"):
        repository.source.changes("nope", "HEAD")


def test_links_are_closed_on_either_side(git_repository: RealRepository) -> None:
    root = git_repository.root
    base = git_repository.commit({"file": "1", "other": "1"})
    (root / "link").symlink_to("file")
    (root / "other").unlink()
    (root / "other").symlink_to("file")
    linked = git_repository.commit({"file": "2"})
    found = git_repository.source.changes(base, linked)
    assert found == [Change("file"), Change("link", closed=True), Change("other", closed=True)]
    (root / "other").unlink()
    back = git_repository.commit({"other": "1"})
    assert git_repository.source.changes(linked, back) == [Change("other", closed=True)]


def test_the_mode_of_a_file_is_a_change(git_repository: RealRepository) -> None:
    base = git_repository.commit({"run": "1"})
    (git_repository.root / "run").chmod(0o755)
    assert git_repository.source.changes(base, git_repository.commit({})) == [Change("run")]


@pytest.fixture
def library(git_repository: RealRepository) -> Path:
    """A submodule at ``vendor/lib``, committed."""
    origin = git_repository.root.with_name("library")
    git_repository.git("init", "-q", "-b", "main", origin, at=git_repository.root.parent)
    for name, value in (("user.name", "Dev"), ("user.email", "dev@example.org")):
        git_repository.git("config", name, value, at=origin)
    (origin / "src").mkdir()
    (origin / "src/a.c").write_text("1")
    (origin / "README").write_text("1")
    git_repository.git("add", "-A", at=origin)
    git_repository.git("commit", "-q", "-m", "first", at=origin)
    git_repository.commit({"a": "1"})
    allowed = ("-c", "protocol.file.allow=always")
    git_repository.git(*allowed, "submodule", "--quiet", "add", origin, "vendor/lib")
    git_repository.commit({})
    return git_repository.root / "vendor/lib"


def test_a_submodule_that_moved_is_one_closed_change(git_repository: RealRepository, library: Path) -> None:
    for name, value in (("user.name", "Dev"), ("user.email", "dev@example.org")):
        git_repository.git("config", name, value, at=library)
    git_repository.git("commit", "-q", "--allow-empty", "-m", "second", at=library)
    # What the repository itself is told to leave out of a diff must not hide it.
    git_repository.git("config", "-f", ".gitmodules", "submodule.vendor/lib.ignore", "all")
    git_repository.git("add", "-f", "vendor/lib", ".gitmodules")
    git_repository.git("commit", "-q", "-m", "moved")
    changes = git_repository.source.changes("HEAD~1", "HEAD")
    assert Change("vendor/lib", closed=True) in changes


def test_the_files_of_a_submodule(git_repository: RealRepository, library: Path) -> None:
    files = git_repository.source.files
    assert files(["vendor"]) == files(["vendor/lib"]) == ["vendor/lib/README", "vendor/lib/src/a.c"]
    (library / "src/new.c").write_text("1")
    assert files(["vendor/lib/src"]) == ["vendor/lib/src/a.c", "vendor/lib/src/new.c"]
    assert files(["vendor/lib/src/a.c", "a"]) == ["a", "vendor/lib/src/a.c"]
    assert files(["vendor/lib/test"]) == []


def test_uncommitted_files(repository: Repository) -> None:
    repository.commit({"services/delivery/app.py": "1", "services/kitchen/app.py": "1"})
    assert repository.source.uncommitted([]) == []
    repository.write("services/delivery/new/file one.py")
    repository.write("services/kitchen/app.py")
    paths = ["services/delivery/new/file one.py", "services/kitchen/app.py"]
    assert sorted(change.path for change in repository.source.uncommitted([])) == paths
    assert repository.source.uncommitted(["services/delivery"]) == [Change(paths[0])]


def test_uncommitted_renames_and_deletions(git_repository: RealRepository) -> None:
    git_repository.commit({"old": "a long text that is recognised\n" * 9, "gone": "1"})
    git_repository.git("mv", "old", "new")
    (git_repository.root / "gone").unlink()
    assert {change.path for change in git_repository.source.uncommitted([])} == {"old", "new", "gone"}


def test_uncommitted_changes_in_a_submodule(git_repository: RealRepository, library: Path) -> None:
    source = git_repository.source
    assert not source.is_dirty(["vendor/lib/src"])
    (library / "src/a.c").write_text("2")
    for paths in ([], ["vendor"], ["vendor/lib"], ["vendor/lib/src"]):
        assert source.uncommitted(paths) == [Change("vendor/lib", closed=True)]
        assert source.is_dirty(paths)
    assert not source.is_dirty(["a"])


def test_a_clone_is_shallow_or_not(
    git_repository: RealRepository, tool: Callable[[str], Path], tmp_path: Path
) -> None:
    git_repository.commit({"a": "1"})
    base = git_repository.commit({"a": "2"})
    git_repository.git("clone", "-q", "--depth=1", f"file://{git_repository.root}", str(tmp_path / "shallow"))
    shallow = GitRepository(git_repository.processes, tmp_path / "shallow", tool("ssh-keygen"), tool("git"))
    assert (git_repository.source.is_shallow(), shallow.is_shallow()) == (False, True)
    assert shallow.parting(base, "HEAD") == Parting(base, base, base)
    assert shallow.parting("HEAD~1", "HEAD") is None


def test_files_of_a_commit_that_is_not_checked_out(repository: Repository, tmp_path: Path) -> None:
    old = repository.commit({"a/one.txt": "1", "a/two.md": "x", "b ü/three.txt": "3\r\n", "-x.txt": "dash"})
    repository.commit({"a/one.txt": "2", "a/four.txt": "4"})
    folder = tmp_path / "there"
    folder.mkdir()
    repository.source.lay_out(old, folder, lambda path: path.endswith(".txt"))
    laid = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert laid == {"a/one.txt": b"1", "b ü/three.txt": b"3\r\n", "-x.txt": b"dash"}
    repository.source.lay_out(old, folder, lambda path: path == "a/two.md")
    assert (folder / "a/two.md").read_text() == "x"


def test_the_links_of_a_commit_are_always_laid_out(git_repository: RealRepository, tmp_path: Path) -> None:
    (git_repository.root / "link").symlink_to("../nowhere")
    head = git_repository.commit({"a": "1"})
    staged = git_repository.git("diff", "--cached", "--name-only")
    folder = tmp_path / "there"
    folder.mkdir()
    git_repository.source.lay_out(head, folder, lambda _: False)
    assert [path.name for path in folder.iterdir()] == ["link"]
    assert str((folder / "link").readlink()) == "../nowhere"
    assert git_repository.git("diff", "--cached", "--name-only") == staged, "the index is as before"


def test_a_folder_that_is_ignored_as_a_whole_is_only_looked_into_if_it_must_be(
    git_repository: RealRepository,
) -> None:
    """There may be twenty thousand files in it."""
    git_repository.commit({".gitignore": "node_modules/\n*.pyc\n", "s/a.js": "1"})
    for name in ("s/node_modules/x/y.js", "s/a.pyc", "new/deep/b.pyc", "new/c.js"):
        git_repository.write(name)
    asked: list[Change] = []

    def wanted(change: Change) -> bool:
        asked.append(change)
        return not change.path.startswith("s/node_modules") and change.path != ".git"

    assert git_repository.source.unseen(["."], wanted) == ["new/deep/b.pyc", "s/a.pyc"]
    assert Change("s/node_modules", closed=True) in asked
    assert not any(change.path.startswith("s/node_modules/") for change in asked)
    assert git_repository.source.unseen(["s"], lambda change: change.path != ".git") == [
        "s/a.pyc",
        "s/node_modules/x/y.js",
    ]


def test_links_and_odd_names_that_are_ignored(git_repository: RealRepository) -> None:
    git_repository.commit({".gitignore": "*.x\n"})
    for name in ("s/two\nlines.x", "s/*.x", "s/ünï.x"):
        git_repository.write(name)
    (git_repository.root / "s/link.x").symlink_to("nowhere")
    assert git_repository.source.unseen(["s"], _no_git) == ["s/*.x", "s/link.x", "s/two\nlines.x", "s/ünï.x"]
    assert git_repository.source.unseen(["s/*.x"], _no_git) == ["s/*.x"], "a path is no pattern"


def test_what_is_ignored_in_submodules_and_other_repositories(
    git_repository: RealRepository, library: Path
) -> None:
    lib = git_repository.root / "vendor/lib"
    for folder in (git_repository.root / "other", git_repository.root / "hidden"):
        git_repository.git("init", "-q", folder)
    for folder in (lib, git_repository.root / "other"):
        (folder / ".gitignore").write_text("*.log\n")
        (folder / "x.log").write_text("1")
    with (git_repository.root / ".git/info/exclude").open("a") as exclude:
        exclude.write("/hidden\n")
    found = git_repository.source.unseen
    assert found(["vendor"], _no_git) == ["vendor/lib/x.log"]
    assert found(["vendor/lib/x.log"], _no_git) == ["vendor/lib/x.log"], "a path inside"
    assert found(["other"], _no_git) == ["other/x.log"]
    assert found(["."], _no_git) == ["hidden", "other/x.log", "vendor/lib/x.log"]
    assert "vendor/lib/.git" in found(["vendor"], lambda change: True)


def _no_git(change: Change) -> bool:
    return change.path.rpartition("/")[2] != ".git"
