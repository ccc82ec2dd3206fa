"""Signed tags: `git` and the fake agree; then what only the real thing can be made to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.source import SignedTag
from build_tasks.planning.releases.statements import read_tag
from tests.contract.fixtures_source import RealRepository, Repository

_TAG = "delivery/v1.0.2"
_MESSAGE = "Release delivery v1.0.2\n\n# notes\n\nCut-by: alice"


def checked(repository: Repository, name: str, allowed: str) -> SignedTag:
    """The tag, if its signature counts."""
    taken = repository.source.signed_tag(name)
    assert taken is not None
    return read_tag(taken.text, repository.signer.verify(taken.text, taken.signature, allowed, "git"))


def test_a_signed_tag_names_its_maker(repository: Repository) -> None:
    sha = repository.commit({"a": "1"})
    repository.commit({"a": "2"})
    key, public = repository.new_key("alice")
    _, other = repository.new_key("bob")
    repository.source.sign_tag(_TAG, "HEAD~1", _MESSAGE, key)
    allowed = f'bob {other}\n\nalice@example.org namespaces="git" {public}\n'
    tag = checked(repository, _TAG, allowed)
    assert (tag.name, tag.commit, tag.message) == (_TAG, sha, _MESSAGE)
    assert tag.principal == "alice@example.org"
    assert tag.fingerprint.startswith("SHA256:")
    assert repository.source.tags("*") == [_TAG]


def test_there_is_nothing_to_take_apart_of_other_tags(repository: Repository) -> None:
    repository.commit({"a": "1"})
    repository.add_tag("light", "HEAD")
    assert [repository.source.signed_tag(name) for name in ("nope", "light", "-x", "main")] == [None] * 4


def test_a_key_that_is_not_allowed(repository: Repository) -> None:
    repository.commit({"a": "1"})
    key, public = repository.new_key("mallory")
    _, other = repository.new_key("alice")
    repository.source.sign_tag(_TAG, "HEAD", _MESSAGE, key)
    elsewhere = f'mallory namespaces="build-tasks-approval" {public}'
    for allowed, why in ((f"alice {other}", "SHA256:"), ("", "SHA256:"), (elsewhere, "but not for")):
        with pytest.raises(FlowError, match=why) as caught:
            checked(repository, _TAG, allowed)
        assert caught.value.code is ExitCode.REFUSED


def test_allowed_signers_that_cannot_be_read(repository: Repository) -> None:
    repository.commit({"a": "1"})
    key, public = repository.new_key("alice")
    repository.source.sign_tag(_TAG, "HEAD", _MESSAGE, key)
    with pytest.raises(FlowError, match="line 2") as caught:
        checked(repository, _TAG, f"alice {public}\nbob ssh-ed25519\n")
    assert caught.value.code is ExitCode.CONFIG


def test_a_tag_that_exists_is_left_alone(repository: Repository) -> None:
    sha = repository.commit({"a": "1"})
    key, public = repository.new_key("alice")
    repository.source.sign_tag(_TAG, "HEAD", _MESSAGE, key)
    repository.commit({"a": "2"})
    with pytest.raises(FlowError, match="already") as caught:
        repository.source.sign_tag(_TAG, "HEAD", "other", key)
    assert caught.value.code is ExitCode.CONFLICT
    assert checked(repository, _TAG, f"alice {public}").commit == sha


def test_no_tag_without_a_key(repository: Repository, tmp_path: Path) -> None:
    repository.commit({"a": "1"})
    with pytest.raises(FlowError, match="there is no key") as caught:
        repository.source.sign_tag(_TAG, "HEAD", _MESSAGE, tmp_path / "nobody")
    assert caught.value.code is ExitCode.CONFIG
    assert repository.source.tags("*") == []


def test_a_tag_that_was_changed_is_refused(git_repository: RealRepository) -> None:
    allowed = _signed(git_repository)
    text = git_repository.git("cat-file", "tag", _TAG).replace("Release", "Revoke") + "\n"
    changed = git_repository.git("hash-object", "-t", "tag", "-w", "--stdin", stdin=text.encode())
    git_repository.git("update-ref", f"refs/tags/{_TAG}", changed)
    _refused(git_repository, _TAG, allowed, "changed since")


def test_a_tag_moved_to_another_commit_is_refused(git_repository: RealRepository) -> None:
    allowed = _signed(git_repository)
    text, old = git_repository.git("cat-file", "tag", _TAG) + "\n", git_repository.git("rev-parse", "HEAD")
    moved = text.replace(old, git_repository.commit({"a": "evil"}))
    made = git_repository.git("hash-object", "-t", "tag", "-w", "--stdin", stdin=moved.encode())
    git_repository.git("update-ref", f"refs/tags/{_TAG}", made)
    _refused(git_repository, _TAG, allowed, "changed since")


def test_an_annotated_tag_without_signature(git_repository: RealRepository) -> None:
    git_repository.commit({"a": "1"})
    git_repository.git("tag", "-a", "-m", "not signed", "plain")
    assert git_repository.source.signed_tag("plain") is None


def test_a_tag_of_something_else_than_a_commit(git_repository: RealRepository) -> None:
    """Whoever signed it: a version is made of a commit."""
    git_repository.commit({"a": "1"})
    key, public = git_repository.new_key("alice")
    tree = git_repository.git("rev-parse", "HEAD^{tree}")
    text = f"object {tree}\ntype tree\ntag {_TAG}\ntagger A <a@x> 1 +0000\n\nhello\n".encode()
    made = git_repository.git("mktag", stdin=text + git_repository.signer.sign(text, key, "git"))
    git_repository.git("update-ref", f"refs/tags/{_TAG}", made)
    with pytest.raises(ValueError, match="not a tag of a commit"):
        checked(git_repository, _TAG, f"alice {public}")


def test_all_signed_tags_in_one_look(repository: Repository) -> None:
    first = repository.commit({"a": "1"})
    key, _ = repository.new_key("alice")
    names = ["record/delivery/v1.0.0", "record/delivery/v1.1.0", "record/package/v1.0.0"]
    for name in names:
        repository.source.sign_tag(name, first, f'{{"about": "{name}, übrigens"}}\n\nmore', key)
    repository.add_tag("record/delivery/v1.2.0", first)
    found = repository.source.signed_tags("record/delivery/")
    assert sorted(found) == names[:2]
    assert found[names[0]] == repository.source.signed_tag(names[0])
    assert sorted(repository.source.signed_tags("record/")) == names
    assert repository.source.signed_tags("nothing/") == {}


def test_git_itself_accepts_our_tags_and_we_accept_its(
    git_repository: RealRepository, tmp_path: Path
) -> None:
    allowed = _signed(git_repository)
    (tmp_path / "allowed").write_text(allowed)
    git_repository.git("-c", f"gpg.ssh.allowedSignersFile={tmp_path / 'allowed'}", "verify-tag", _TAG)
    assert git_repository.git("fsck", "--strict") == ""
    key = tmp_path / "keys" / "alice"
    git_repository.git(
        "-c", "gpg.format=ssh", "-c", f"user.signingkey={key}", "tag", "-s", "-m", "theirs", "theirs"
    )
    assert checked(git_repository, "theirs", allowed).principal == "alice"


def test_without_an_identity_there_is_no_tag(git_repository: RealRepository) -> None:
    git_repository.commit({"a": "1"})
    git_repository.git("config", "--unset", "user.email")
    key, _ = git_repository.new_key("alice")
    with pytest.raises(FlowError, match="who you are") as caught:
        git_repository.source.sign_tag(_TAG, "HEAD", _MESSAGE, key)
    assert caught.value.code is ExitCode.CONFIG
    assert "user.email" in caught.value.fix
    assert git_repository.source.tags("*") == []


def _signed(repository: RealRepository) -> str:
    """One commit, one signed tag; gives the allowed signers."""
    repository.commit({"a": "1"})
    key, public = repository.new_key("alice")
    repository.source.sign_tag(_TAG, "HEAD", _MESSAGE, key)
    allowed = f"alice {public}\n"
    assert checked(repository, _TAG, allowed).principal == "alice"
    return allowed


def _refused(repository: RealRepository, name: str, allowed: str, why: str) -> None:
    with pytest.raises(FlowError) as caught:
        checked(repository, name, allowed)
    assert caught.value.code is ExitCode.REFUSED
    assert why in caught.value.why
