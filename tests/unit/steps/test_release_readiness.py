"""A release is cut only from what main's pipeline let through."""

from __future__ import annotations

from dataclasses import replace

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.proofs import OF_CANDIDATES, EvidenceKind, TestsRun
from build_tasks.steps.cut import cut
from tests.fakes.samples import v
from tests.unit.steps.attesting import candidate, contents
from tests.unit.steps.shop import SIGNERS, Shop

TITLE = "see what main's pipeline made of "


@pytest.fixture(autouse=True)
def strict(shop: Shop) -> None:
    """As the settings have it by default."""
    shop.bench = replace(shop.bench, settings=replace(shop.bench.settings, require_candidate=True))


def make(shop: Shop) -> None:
    cut(shop.bench, shop.service, v("1.0.2"), None, push=True)


def refused(shop: Shop) -> FlowError:
    with pytest.raises(FlowError) as error:
        make(shop)
    assert error.value.code is ExitCode.REFUSED
    assert list(shop.origin.refs) == ["refs/heads/main"], "something is half done"
    assert list(shop.source.tags("*")) == []
    return error.value


def test_a_commit_that_main_s_pipeline_let_through(shop: Shop) -> None:
    candidate(shop)
    make(shop)
    assert "refs/heads/release/delivery/v1.0.2" in shop.origin.refs


def test_a_commit_that_it_has_not_come_to_yet(shop: Shop) -> None:
    error = refused(shop)
    assert error.what == "cut delivery v1.0.2"
    assert error.why == f"main's pipeline did not pass for delivery at {shop.source.head().sha[:12]} first"
    [problem] = error.details
    assert problem.startswith("there is no candidate localhost:5001/delivery:i-")
    assert "require_candidate = false" in error.fix


@pytest.mark.parametrize("kind", sorted(OF_CANDIDATES))
def test_a_piece_of_evidence_that_is_missing(shop: Shop, kind: EvidenceKind) -> None:
    candidate(shop, {k: piece for k, piece in contents(shop).items() if k is not kind})
    assert refused(shop).details == (f"{kind.words}: missing",)


def test_tests_that_failed(shop: Shop) -> None:
    pieces = contents(shop)
    passed = pieces[EvidenceKind.TESTS]
    assert isinstance(passed, TestsRun)
    candidate(shop, {**pieces, EvidenceKind.TESTS: replace(passed, failed=1)})
    assert refused(shop).details == ("test results: 1 failed",)


def test_evidence_by_a_builder_that_main_does_not_name(shop: Shop) -> None:
    candidate(shop, key=shop.keys["stranger"])
    assert all("signed by no accepted builder" in line for line in refused(shop).details)


def test_who_builds_is_what_main_says_now(shop: Shop) -> None:
    candidate(shop)
    shop.commit({SIGNERS: shop.signers(cutter="git", builder="git")})
    shop.publish()
    assert "signed by no accepted builder" in refused(shop).details[0]


def test_a_candidate_of_an_earlier_commit_counts_for_the_same_inputs(shop: Shop) -> None:
    candidate(shop)
    shop.commit({"README.md": "changed\n"}, "docs: say more")
    shop.publish()
    make(shop)
    assert f"{TITLE}{shop.source.head().sha[:12]}" in shop.reporter.done


def test_a_later_change_of_what_goes_in_needs_a_candidate_of_its_own(shop: Shop) -> None:
    candidate(shop)
    shop.commit({"services/shared/log.py": "changed\n"}, "feat: x")
    shop.publish()
    assert "there is no candidate" in refused(shop).details[0]


def test_another_commit_checked_out_will_do_if_it_has_the_same_inputs(shop: Shop) -> None:
    candidate(shop)
    shop.commit({"README.md": "not on main\n"})
    make(shop)


def test_another_commit_checked_out_with_other_inputs(shop: Shop) -> None:
    """What its files are made into says nothing about main."""
    candidate(shop)
    shop.commit({"services/delivery/app.py": "not on main\n"})
    error = refused(shop)
    assert error.why == "what is checked out differs from it in what delivery is made of"
    assert error.details == ("services/delivery/app.py",)
    assert "git checkout main && git pull" in error.fix


def test_a_cut_that_was_interrupted_goes_on_whatever_main_says_now(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    candidate(shop)
    with monkeypatch.context() as patch:
        patch.setattr(shop.source, "push", killed)
        with pytest.raises(KeyboardInterrupt):
            make(shop)
    tip = shop.source.head().sha
    shop.commit({"services/delivery/app.py": "later\n"})
    shop.publish()
    make(shop)
    assert shop.origin.refs["refs/heads/release/delivery/v1.0.2"] == tip


def test_where_there_is_no_such_pipeline_nothing_is_asked(shop: Shop) -> None:
    shop.bench = replace(shop.bench, settings=replace(shop.bench.settings, require_candidate=False))
    make(shop)
    title = f"{TITLE}{shop.source.head().sha[:12]}"
    assert shop.reporter.skipped[title] == "release.require_candidate is off"


def test_a_registry_that_does_not_answer(shop: Shop) -> None:
    shop.registry.down.add(shop.bench.settings.registry)
    with pytest.raises(FlowError) as error:
        make(shop)
    assert error.value.code is ExitCode.UNAVAILABLE
