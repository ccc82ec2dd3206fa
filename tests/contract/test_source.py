"""The port ``SourceControl``: `git` and the fake agree."""

from __future__ import annotations

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.affected import Change
from tests.contract.fixtures_source import Repository

_NOBODY = "0123456789012345678901234567890123456789"


def test_the_current_commit(repository: Repository) -> None:
    sha = repository.commit({"a": "1"}, "Add a: first")
    head = repository.source.head()
    assert (head.sha, head.subject, head.author) == (sha, "Add a: first", "Dev <dev@example.org>")
    assert head.date.tzinfo is not None
    assert repository.source.branch() == "main"


def test_before_the_first_commit(repository: Repository) -> None:
    assert repository.source.branch() == "main"
    assert repository.source.commit("HEAD") is None
    with pytest.raises(FlowError, match="no commit yet"):
        repository.source.head()


def test_commits_by_name(repository: Repository) -> None:
    first = repository.commit({"a": "1"})
    second = repository.commit({"a": "2"})
    repository.add_tag("v1.0.0", first)
    for ref, sha in (("main", second), ("v1.0.0", first), ("HEAD~1", first), (first, first)):
        found = repository.source.commit(ref)
        assert found is not None
        assert found.sha == sha


@pytest.mark.parametrize("ref", ["nope", "", "-x", "--all", "main~9", _NOBODY, "origin/main", "a b"])
def test_a_ref_that_names_nothing(repository: Repository, ref: str) -> None:
    repository.commit({"a": "1"})
    assert repository.source.commit(ref) is None
    assert repository.source.show(ref, "a") is None
    assert repository.source.merge_base(ref, "main") is None
    with pytest.raises(FlowError, match="no commit"):
        repository.source.changed_paths(ref, "main")


def test_detached(repository: Repository) -> None:
    sha = repository.commit({"a": "1"})
    repository.check_out(sha)
    assert repository.source.branch() == ""
    assert repository.source.head().sha == sha


def test_uncommitted_changes_count_where_they_are(repository: Repository) -> None:
    repository.commit({"services/delivery/app.py": "1", "services/kitchen/app.py": "1"})
    assert not repository.source.is_dirty()
    repository.write("services/delivery/new file.py")
    assert repository.source.is_dirty()
    assert repository.source.is_dirty(["services/delivery"])
    assert not repository.source.is_dirty(["services/kitchen", "services/deliver", "services/*"])
    repository.write("services/kitchen/app.py")
    assert repository.source.is_dirty(["services/kitchen"])


def test_where_branches_part(repository: Repository) -> None:
    root = repository.commit({"a": "1"})
    repository.source.create_branch("feature/delivery/x", "HEAD")
    after = repository.commit({"a": "2"})
    repository.check_out("feature/delivery/x")
    repository.commit({"b": "1"})
    assert repository.source.merge_base("main", "feature/delivery/x") == root
    assert repository.source.merge_base("main", after) == after


def test_commits_since_another(repository: Repository) -> None:
    """Newest first, with their whole messages, and only those that touch the paths."""
    first = repository.commit({"services/delivery/app.py": "1", "README.md": "1"}, "Begin")
    second = repository.commit({"services/delivery/app.py": "2"}, "feat(api)!: accept weights")
    repository.commit({"README.md": "2"}, "docs: say more")
    repository.commit({"services/deliver/app.py": "1"}, "Another service")
    message = 'fix: round\n\nÜberall, "auch" hier.\n\nBREAKING CHANGE: no halves'
    third = repository.commit({"services/shared/kit.py": "1"}, message)
    paths = ["services/delivery", "services/shared/kit.py", "services/*"]
    found = repository.source.commits(first, "main", paths)
    assert [(commit.sha, commit.subject) for commit in found] == [
        (third, "fix: round"),
        (second, "feat(api)!: accept weights"),
    ]
    assert found[0].body == 'Überall, "auch" hier.\n\nBREAKING CHANGE: no halves'
    assert (found[1].body, found[1].author) == ("", "Dev <dev@example.org>")
    assert found[0].date >= found[1].date
    assert [commit.sha for commit in repository.source.commits("", "main", ["services/delivery"])] == [
        second,
        first,
    ]
    assert list(repository.source.commits("main", "main", paths)) == []


def test_commits_since_one_that_is_not_there(repository: Repository) -> None:
    repository.commit({"a": "1"})
    for base, head in (("nope", "main"), ("main", "nope"), ("--all", "main")):
        with pytest.raises(FlowError, match="no commit"):
            repository.source.commits(base, head, ["a"])


def test_what_changed(repository: Repository) -> None:
    text = "a text that is long enough to be recognised as the same\n" * 5
    base = repository.commit({"old name": text, "gone": "1", "same": "1", "edited": "1"})
    files = {"old name": None, "new\nname": text, "gone": None, "edited": "2", "-dash": "1", "ünï/çödé": "1"}
    head = repository.commit(files)
    changed = repository.source.changed_paths(base, head)
    assert sorted(changed) == sorted(["old name", "new\nname", "gone", "edited", "-dash", "ünï/çödé"])
    assert repository.source.changed_paths(head, head) == []


def test_a_files_text_at_a_commit(repository: Repository) -> None:
    first = repository.commit({"services/delivery/service.toml": "a = 'ü'\r\n\n", "-x": "dash", "*": "star"})
    repository.commit({"services/delivery/service.toml": None})
    show = repository.source.show
    assert show(first, "services/delivery/service.toml") == "a = 'ü'\r\n\n"
    assert show("HEAD", "services/delivery/service.toml") is None
    assert (show("main", "-x"), show("main", "*")) == ("dash", "star")
    assert show(first, "services/delivery") is None, "a folder"
    assert show(first, "services/d*") is None


def test_what_git_tells_nothing_of(repository: Repository) -> None:
    repository.commit({"a/one": "1", "b/two": "1"})
    repository.write("a/new")
    for name in ("a/.env", "b/.env"):
        repository.ignore(name)
    unseen, files = repository.source.unseen, repository.source.files
    assert (unseen(["a"], _any), files(["a"])) == (["a/.env"], ["a/new", "a/one"])
    assert unseen(["."], _any) == [".git", "a/.env", "b/.env"]
    assert unseen(["."], lambda change: change.path.startswith("b")) == ["b/.env"]
    assert unseen(["."], lambda change: change.closed) == [".git"]
    assert (unseen(["b/two"], _any), unseen(["nope"], _any), unseen([], _any)) == ([], [], [])


def _any(_: Change) -> bool:
    return True


def test_the_files_of_the_working_tree(repository: Repository) -> None:
    repository.commit({"b/two": "2", "b/gone": "x", "a.txt": "1", "c/three": "3", "-x": "dash", "b*": "star"})
    repository.commit({"b/gone": None})
    repository.write("b/new\nfile")
    files = repository.source.files
    assert files(["b"]) == ["b/new\nfile", "b/two"]
    assert files(["c", "a.txt", "b/two"]) == ["a.txt", "b/two", "c/three"]
    assert files(["."]) == ["-x", "a.txt", "b*", "b/new\nfile", "b/two", "c/three"]
    assert (files(["-x"]), files(["b*"])) == (["-x"], ["b*"])
    assert (files(["nope"]), files([])) == ([], [])


def test_what_git_tracks(repository: Repository) -> None:
    """Whether or not it is still there; what is new is not among it."""
    assert repository.source.tracked() == []
    repository.commit({"b/two": "2", "a\nb": "x", "ü": "y", "gone": "z"})
    repository.commit({"gone": None})
    repository.write("b/new")
    assert repository.source.tracked() == ["a\nb", "b/two", "ü"]


def test_branches_and_tags_match_globs(repository: Repository) -> None:
    sha = repository.commit({"a": "1"})
    for name in ("release/delivery/v1.0.2", "release/kitchen/v1.0.0", "feature/delivery/a/b"):
        repository.source.create_branch(name, sha)
    for name in ("delivery/v1.0.2", "kitchen/v1.0.0"):
        repository.add_tag(name, sha)
    source = repository.source
    assert source.branches("release/*") == ["release/delivery/v1.0.2", "release/kitchen/v1.0.0"]
    assert source.branches("feature/delivery/*") == ["feature/delivery/a/b"]
    assert source.branches("release/delivery") == []
    assert source.tags("delivery/*") == ["delivery/v1.0.2"]
    assert source.tags("*") == ["delivery/v1.0.2", "kitchen/v1.0.0"]


def test_a_new_branch_is_not_checked_out(repository: Repository) -> None:
    first = repository.commit({"a": "1"})
    repository.commit({"a": "2"})
    repository.source.create_branch("release/delivery/v1.0.2", "HEAD~1")
    assert repository.source.branch() == "main"
    found = repository.source.commit("release/delivery/v1.0.2")
    assert found is not None
    assert found.sha == first


def test_a_branch_that_exists_is_left_alone(repository: Repository) -> None:
    first = repository.commit({"a": "1"})
    repository.add_origin()
    repository.set_origin("refs/heads/release/delivery/v1.0.2", first)
    repository.source.fetch()
    repository.commit({"a": "2"})
    for name in ("main", "release/delivery/v1.0.2"):
        with pytest.raises(FlowError, match="already") as caught:
            repository.source.create_branch(name, "HEAD")
        assert caught.value.code is ExitCode.CONFLICT


@pytest.mark.parametrize("name", ["-x", "a b", "", "a..b", "a~1", "x.lock"])
def test_names_that_git_does_not_allow(repository: Repository, name: str) -> None:
    repository.commit({"a": "1"})
    key, _ = repository.new_key("alice")
    with pytest.raises(FlowError) as branch:
        repository.source.create_branch(name, "HEAD")
    with pytest.raises(FlowError) as tag:
        repository.source.sign_tag(name, "HEAD", "m", key)
    assert (branch.value.code, tag.value.code) == (ExitCode.USAGE, ExitCode.USAGE)
    assert (repository.source.branches("*"), repository.source.tags("*")) == (["main"], [])


def test_a_branch_at_nothing(repository: Repository) -> None:
    repository.commit({"a": "1"})
    with pytest.raises(FlowError, match="no commit nope"):
        repository.source.create_branch("x", "nope")
