"""Whom changes concern: what the workbench adds to the derivation."""

from __future__ import annotations

import pytest

from build_tasks.model.affected import Reason
from build_tasks.steps.ci.affected import assess, is_full_name, touched, unbased
from tests.unit.steps.shop import Shop


def test_paths_that_did_not_change_yet(shop: Shop) -> None:
    [found] = touched(shop.bench.checkout, ["README.md", "services/shared/log.py"])
    assert (found.service, found.reason, found.path) == ("delivery", Reason.COPIED, "services/shared/log.py")
    assert touched(shop.bench.checkout, ["README.md"]) == []


def test_nothing_to_compare_with(shop: Shop) -> None:
    found = unbased(shop.bench.checkout, Reason.NO_BASE, "nobody says what was there before")
    assert (found.base, found.head, found.of) == ("", shop.source.head().sha, 1)
    assert [one.because for one in found.services] == ["nobody says what was there before"]


def test_a_branch_of_a_clone_that_knows_only_origin_s_main(shop: Shop) -> None:
    start = shop.source.head().sha
    shop.source.create_branch("feature/delivery/x", "HEAD")
    shop.source.check_out("feature/delivery/x")
    shop.commit({"services/delivery/app.py": "2"})
    shop.source._heads.pop("main")
    assert assess(shop.bench.checkout, "").base == start


@pytest.mark.parametrize(
    ("name", "full"),
    [("a" * 40, True), ("0" * 64, True), ("a" * 39, False), ("A" * 40, False), ("main", False)],
)
def test_full_names(name: str, full: bool) -> None:
    assert is_full_name(name) == full
