"""Cutting a release: a branch at the tip of main and a signed record, both or neither."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.steps.release.cut import cut
from build_tasks.steps.release.release import allowed_signers, check_source, record, taken_versions
from tests.fakes.samples import v, vs
from tests.unit.steps.shop import SIGNERS, Shop

BRANCH, TAG = "release/delivery/v1.0.2", "record/delivery/v1.0.2"


def make(shop: Shop, version: str = "1.0.2", key: str = "", *, push: bool = True) -> None:
    cut(shop.bench, shop.service, v(version), shop.keys[key] if key else None, push=push)


def refused(shop: Shop, version: str = "1.0.2", key: str = "") -> FlowError:
    before = (set(shop.source.branches("*")), set(shop.source.tags("*")), dict(shop.origin.refs))
    with pytest.raises(FlowError) as error:
        make(shop, version, key)
    after = (set(shop.source.branches("*")), set(shop.source.tags("*")), dict(shop.origin.refs))
    assert after == before, "something is half done"
    return error.value


def test_a_branch_and_a_record(shop: Shop) -> None:
    tip = shop.source.head().sha
    make(shop)
    assert shop.origin.refs[f"refs/heads/{BRANCH}"] == tip
    assert f"refs/tags/{TAG}" in shop.origin.refs
    found = record(shop.bench, shop.service, v("1.0.2"))
    assert (found.commit, found.signer.principal) == (tip, "cutter")
    assert shop.reporter.notes == ["cut by cutter"]
    assert shop.source.branch() == "main", "nothing else moves"


def test_what_is_cut_is_origin_s_main(shop: Shop) -> None:
    tip = shop.source.head().sha
    shop.commit({"README.md": "not pushed\n"})
    make(shop)
    assert shop.origin.refs[f"refs/heads/{BRANCH}"] == tip


def test_without_push_it_stays_here(shop: Shop) -> None:
    make(shop, push=False)
    assert list(shop.origin.refs) == ["refs/heads/main"]
    assert shop.source.branches(BRANCH) == [BRANCH] and list(shop.source.tags(TAG)) == [TAG]


def test_a_dirty_tree(shop: Shop) -> None:
    shop.write({"README.md": "dirty\n"})
    error = refused(shop)
    assert error.code is ExitCode.REFUSED
    assert "uncommitted changes" in error.why


def test_a_version_that_is_taken_by_an_image(shop: Shop) -> None:
    shop.pushed("1.0.2")
    error = refused(shop)
    assert (error.code, error.fix) == (ExitCode.CONFLICT, "take v1.0.3")


def test_a_version_that_is_taken_by_somebody_s_branch(shop: Shop) -> None:
    shop.source.create_branch(BRANCH, "HEAD")
    shop.source.create_branch("release/delivery/nonsense", "HEAD")
    shop.source.create_branch("release/package/v1.0.9", "HEAD")
    assert taken_versions(shop.bench, shop.service) == vs("1.0.2")
    assert refused(shop).code is ExitCode.CONFLICT


def test_a_version_that_goes_back_in_its_line(shop: Shop) -> None:
    shop.pushed("1.0.5")
    assert refused(shop).code is ExitCode.REFUSED
    make(shop, "1.1.0")


def test_no_key_to_sign_with(shop: Shop) -> None:
    shop.source.key = None
    error = refused(shop)
    assert error.code is ExitCode.USAGE
    assert error.why == "there is no key to sign with"
    assert "ssh-keygen -t ed25519" in error.fix and SIGNERS in error.fix


def test_a_key_that_is_not_there(shop: Shop) -> None:
    shop.source.key = Path("/nowhere/id_ed25519")
    error = refused(shop)
    assert (error.code, error.why) == (ExitCode.USAGE, "/nowhere/id_ed25519 is not there")


@pytest.mark.parametrize("key", ["stranger", "ann"])
def test_a_key_that_main_does_not_list_for_it(shop: Shop, key: str) -> None:
    """ann may approve, and only that. Nothing that would be in the way of the right key is left behind."""
    assert refused(shop, key=key).code is ExitCode.REFUSED
    make(shop)


def test_who_may_cut_is_what_main_says(shop: Shop) -> None:
    """Neither the working tree nor a commit that is not on origin's main counts."""
    shop.commit({SIGNERS: shop.signers(stranger="git")})
    assert refused(shop, key="stranger").code is ExitCode.REFUSED
    shop.publish()
    make(shop, key="stranger")


def test_no_list_of_signers(shop: Shop) -> None:
    shop.commit({SIGNERS: None})
    shop.publish()
    error = refused(shop)
    assert error.code is ExitCode.CONFIG
    assert SIGNERS in error.why
    with pytest.raises(FlowError, match="is not on main"):
        allowed_signers(shop.bench)


def test_a_cut_again_changes_nothing(shop: Shop) -> None:
    make(shop)
    refs = dict(shop.origin.refs)
    shop.reporter.forget()
    make(shop)
    assert shop.origin.refs == refs
    assert set(shop.reporter.skipped) == {f"make the record {TAG}", f"make the branch {BRANCH}"}


@pytest.mark.parametrize("step", ["create_branch", "push"])
def test_a_cut_that_was_interrupted_goes_on(shop: Shop, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*words: object) -> None:
        raise KeyboardInterrupt

    tip = shop.source.head().sha
    with monkeypatch.context() as patch:
        patch.setattr(shop.source, step, killed)
        with pytest.raises(KeyboardInterrupt):
            make(shop)
    shop.commit({"README.md": "main has moved\n"})
    shop.publish()
    make(shop)
    assert shop.origin.refs[f"refs/heads/{BRANCH}"] == tip, "the record names the commit"
    assert f"refs/tags/{TAG}" in shop.origin.refs


def test_somebody_else_s_cut_is_not_taken_up(shop: Shop) -> None:
    shop.commit({SIGNERS: shop.signers(ann="git", cutter="git")})
    shop.publish()
    make(shop)
    assert refused(shop, key="ann").code is ExitCode.CONFLICT


def test_a_cut_whose_image_was_pushed_is_over(shop: Shop) -> None:
    make(shop)
    shop.pushed("1.0.2")
    assert refused(shop).code is ExitCode.CONFLICT


def test_no_main_branch_to_cut_from(shop: Shop) -> None:
    shop.bench = replace(shop.bench, settings=replace(shop.bench.settings, main_branch="trunk"))
    assert "there is no branch trunk" in refused(shop).why


def test_a_version_that_nobody_signed_for(shop: Shop) -> None:
    with pytest.raises(FlowError, match="nobody signed for this release") as error:
        record(shop.bench, shop.service, v("1.0.2"))
    assert error.value.code is ExitCode.REFUSED


def test_a_tag_without_a_signature_is_no_record(shop: Shop) -> None:
    shop.source.add_tag(TAG, "HEAD")
    with pytest.raises(FlowError, match="no signature") as error:
        record(shop.bench, shop.service, v("1.0.2"))
    assert error.value.code is ExitCode.REFUSED


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hello", "Expecting value"),
        (
            '{"service": "package", "version": "1.0.2", "commit": "HEAD"}',
            "it says package 1.0.2 and",
        ),
        (
            '{"service": "delivery", "version": "1.0.3", "commit": "HEAD"}',
            "it says delivery 1.0.3 and",
        ),
        ('{"service": "delivery", "version": "1.0.2", "commit": "dead"}', "it says dead and points to"),
    ],
)
def test_a_record_that_says_something_else(shop: Shop, text: str, why: str) -> None:
    head = shop.source.head().sha
    shop.source.sign_tag(TAG, "HEAD", text.replace("HEAD", head), shop.keys["cutter"])
    with pytest.raises(FlowError, match=why) as error:
        record(shop.bench, shop.service, v("1.0.2"))
    assert error.value.code is ExitCode.REFUSED


def test_another_version_s_record_moved_here(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may write tags can let any name point to any tag."""
    make(shop)
    other = shop.source.signed_tag(TAG)
    shop.source.add_tag("record/delivery/v1.0.3", "HEAD")
    monkeypatch.setattr(shop.source, "signed_tag", lambda name: other)
    with pytest.raises(FlowError, match=r"it is about delivery 1\.0\.2") as error:
        record(shop.bench, shop.service, v("1.0.3"))
    assert error.value.code is ExitCode.REFUSED


def test_a_record_by_somebody_who_is_no_longer_listed(shop: Shop) -> None:
    make(shop)
    shop.commit({SIGNERS: shop.signers()})
    shop.publish()
    with pytest.raises(FlowError) as error:
        record(shop.bench, shop.service, v("1.0.2"))
    assert error.value.code is ExitCode.REFUSED


def test_cutting_builds_nothing(shop: Shop) -> None:
    make(shop)
    assert shop.builder.built == []


def test_what_was_cut_may_be_pushed(shop: Shop) -> None:
    make(shop)
    check_source(shop.bench, shop.service, v("1.0.2"))
    assert shop.reporter.warnings == []


def test_a_branch_that_moved_since_it_was_cut(shop: Shop) -> None:
    make(shop)
    shop.commit({"README.md": "moved\n"})
    with pytest.raises(FlowError) as error:
        check_source(shop.bench, shop.service, v("1.0.2"))
    assert error.value.code is ExitCode.REFUSED
    assert "the branch moved" in error.value.why
    assert "--version 1.0.3" in error.value.fix


@pytest.mark.parametrize("path", ["services/delivery/new.py", "services/shared/log.py"])
def test_a_version_is_made_of_commits(shop: Shop, path: str) -> None:
    make(shop)
    shop.write({path: "dirty\n"})
    with pytest.raises(FlowError) as error:
        check_source(shop.bench, shop.service, v("1.0.2"))
    assert error.value.code is ExitCode.REFUSED


def test_a_version_without_a_record_is_said_to_be_a_dead_end(shop: Shop) -> None:
    check_source(shop.bench, shop.service, v("1.0.2"))
    assert shop.reporter.warnings == ["delivery v1.0.2 has no release record: it cannot be approved"]
