"""The port ``SourceControl`` towards origin: `git` and the fake agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from tests.contract.fixtures_source import RealRepository, Repository

_RELEASE = "release/delivery/v1.0.2"


def test_without_an_origin(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": "1"})
    repository.source.fetch()
    assert repository.source.remote_url() == str(tmp_path / "shop")
    with pytest.raises(FlowError, match="no remote called origin") as caught:
        repository.source.push(["main"])
    assert caught.value.code is ExitCode.CONFIG


def test_fetching_brings_branches_and_tags(repository: Repository) -> None:
    first = repository.commit({"a": "1"})
    repository.add_origin()
    repository.set_origin(f"refs/heads/{_RELEASE}", first)
    repository.set_origin("refs/tags/v1", first)
    repository.source.fetch()
    repository.source.fetch()
    assert repository.source.branches("release/*") == [_RELEASE]
    assert repository.source.tags("*") == ["v1"]
    found = repository.source.commit(f"origin/{_RELEASE}")
    assert found is not None
    assert found.sha == first


def test_fetching_follows_a_branch_that_was_forced(repository: Repository) -> None:
    first = repository.commit({"a": "1"})
    second = repository.commit({"a": "2"})
    repository.add_origin()
    for sha in (second, first):
        repository.set_origin(f"refs/heads/{_RELEASE}", sha)
        repository.source.fetch()
        found = repository.source.commit(f"origin/{_RELEASE}")
        assert found is not None
        assert found.sha == sha


def test_fetching_never_replaces_a_tag(repository: Repository) -> None:
    first = repository.commit({"a": "1"})
    second = repository.commit({"a": "2"})
    repository.add_tag("v1", first)
    repository.add_origin()
    repository.set_origin("refs/tags/v1", second)
    repository.set_origin("refs/tags/v2", second)
    with pytest.raises(FlowError, match="v1") as caught:
        repository.source.fetch()
    assert caught.value.code is ExitCode.CONFLICT
    kept = repository.source.commit("refs/tags/v1")
    assert kept is not None
    assert kept.sha == first
    assert repository.source.tags("*") == ["v1", "v2"], "the rest has been fetched"


def test_pushing_branch_and_signed_tag_together(repository: Repository) -> None:
    sha = repository.commit({"a": "1"})
    repository.add_origin()
    key, _ = repository.new_key("alice")
    repository.source.create_branch(_RELEASE, "main")
    repository.source.sign_tag("delivery/v1.0.2", _RELEASE, "cut", key)
    for _ in range(2):
        repository.source.push([_RELEASE, "refs/tags/delivery/v1.0.2"])
    refs = repository.origin_refs()
    assert refs == {f"refs/heads/{_RELEASE}": sha, "refs/tags/delivery/v1.0.2": sha}


def test_pushing_is_all_or_none(repository: Repository) -> None:
    first = repository.commit({"a": "1"})
    repository.source.create_branch(_RELEASE, first)
    second = repository.commit({"a": "2"})
    repository.add_origin()
    repository.set_origin(f"refs/heads/{_RELEASE}", second)
    with pytest.raises(FlowError) as caught:
        repository.source.push(["main", _RELEASE])
    assert caught.value.code is ExitCode.CONFLICT
    assert repository.origin_refs() == {f"refs/heads/{_RELEASE}": second}


def test_a_tag_on_origin_is_not_replaced(repository: Repository) -> None:
    first = repository.commit({"a": "1"})
    second = repository.commit({"a": "2"})
    repository.add_origin()
    repository.set_origin("refs/tags/v1", first)
    repository.add_tag("v1", second)
    with pytest.raises(FlowError) as caught:
        repository.source.push(["v1"])
    assert caught.value.code is ExitCode.CONFLICT
    assert repository.origin_refs() == {"refs/tags/v1": first}


@pytest.mark.parametrize("ref", ["+main", ":main", "main:other", "", "^main"])
def test_only_names_are_pushed(repository: Repository, ref: str) -> None:
    repository.commit({"a": "1"})
    repository.add_origin()
    with pytest.raises(FlowError, match="not the name") as caught:
        repository.source.push([ref])
    assert caught.value.code is ExitCode.USAGE
    assert repository.origin_refs() == {}


@pytest.mark.parametrize("ref", ["nope", "--mirror"])
def test_what_is_not_there_is_not_pushed(repository: Repository, ref: str) -> None:
    repository.commit({"a": "1"})
    repository.add_origin()
    with pytest.raises(FlowError, match="no such branch or tag"):
        repository.source.push([ref])
    assert repository.origin_refs() == {}


def test_an_origin_that_does_not_answer(git_repository: RealRepository, tmp_path: Path) -> None:
    git_repository.commit({"a": "1"})
    git_repository.git("remote", "add", "origin", str(tmp_path / "nowhere.git"))
    for attempt in (git_repository.source.fetch, lambda: git_repository.source.push(["main"])):
        with pytest.raises(FlowError, match="does not answer") as caught:
            attempt()
        assert caught.value.code is ExitCode.UNAVAILABLE


def test_credentials_of_origin_are_never_shown(git_repository: RealRepository) -> None:
    git_repository.commit({"a": "1"})
    git_repository.git("remote", "add", "origin", "https://robot:s3cr3t-token@127.0.0.1:9/shop.git")
    assert git_repository.source.remote_url() == "https://127.0.0.1:9/shop.git"
    with pytest.raises(FlowError) as caught:
        git_repository.source.fetch()
    shown = " ".join((caught.value.what, caught.value.why, caught.value.fix, *caught.value.details))
    assert "127.0.0.1:9" in shown
    assert "s3cr3t" not in shown
