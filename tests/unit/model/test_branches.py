"""The rows of the flow's table of branches."""

from __future__ import annotations

import pytest

from build_tasks.model.branches import BranchKind, kind_of

MAIN, VALIDATED, RELEASED, OTHER = BranchKind


@pytest.mark.parametrize(
    ("branch", "main", "kind"),
    [
        ("main", "main", MAIN),
        ("trunk/2.x", "trunk/2.x", MAIN),
        ("release/next", "release/next", MAIN),
        ("feature/next", "feature/next", MAIN),
        ("feature/delivery/x", "main", VALIDATED),
        ("topic/x", "main", VALIDATED),
        ("release/delivery/v1.0.2", "main", RELEASED),
        ("release/anything", "main", RELEASED),
        ("main", "trunk", OTHER),
        ("main/x", "main", OTHER),
        ("feature", "main", OTHER),
        ("release", "main", OTHER),
        ("features/x", "main", OTHER),
        ("releases/delivery/v1.0.0", "main", OTHER),
        ("refs/heads/main", "main", OTHER),
        ("", "main", OTHER),
    ],
)
def test_the_row_of_a_branch(branch: str, main: str, kind: BranchKind) -> None:
    assert kind_of(branch, main) is kind


def test_only_main_and_releases_are_reviewed() -> None:
    assert [kind for kind in BranchKind if kind.is_reviewed] == [MAIN, RELEASED]
