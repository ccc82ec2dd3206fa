"""The version that is proposed, from what changed in the repository."""

from __future__ import annotations

from dataclasses import replace

import pytest

from build_tasks.planning.releases.proposal import Proposal
from build_tasks.steps.release.cut import cut
from build_tasks.steps.release.proposal import proposal_for
from tests.fakes.samples import v
from tests.unit.steps.shop import LIBRARY, STANDS_ON_IT, Shop


@pytest.fixture
def released(shop: Shop) -> Shop:
    """1.0.2 was cut from the tip of main and pushed."""
    shop.commit({**LIBRARY, **STANDS_ON_IT}, "Stand on a library chart")
    shop.publish()
    cut(shop.bench, shop.service, v("1.0.2"), None, push=True)
    shop.pushed("1.0.2")
    return shop


def proposed(shop: Shop) -> Proposal:
    shop.publish()
    return proposal_for(shop.bench, shop.service)


def subjects(proposal: Proposal) -> list[str]:
    return [commit.subject for commit in proposal.commits]


def test_only_what_the_service_is_built_from_counts(released: Shop) -> None:
    released.commit({"services/delivery/app.py": "2\n"}, "fix: an answer")
    released.commit({"README.md": "2\n"}, "feat!: say more")
    released.commit({"services/package/app.py": "2\n"}, "feat!: another service's")
    released.commit({"services/shared/log.py": "2\n"}, "feat: its Dockerfile copies it")
    released.commit({"services/shared/chart/values.yaml": "{}\n"}, "Tidy what its chart stands on")
    made = proposed(released)
    assert subjects(made) == [
        "Tidy what its chart stands on",
        "feat: its Dockerfile copies it",
        "fix: an answer",
    ]
    assert (made.last, made.version, made.bump) == (v("1.0.2"), v("1.1.0"), "minor")


def test_nothing_changed_since(released: Shop) -> None:
    released.commit({"README.md": "2\n"}, "feat: say more")
    assert proposed(released).version is None


def test_what_is_not_on_main_yet_does_not_count(released: Shop) -> None:
    released.commit({"services/delivery/app.py": "2\n"}, "feat!: not pushed")
    assert proposal_for(released.bench, released.service).version is None


def test_changes_since_the_last_release_whatever_was_cut_after_it(released: Shop) -> None:
    released.commit({"services/delivery/app.py": "2\n"}, "feat: before the candidate")
    released.publish()
    cut(released.bench, released.service, v("1.1.0-rc.1"), None, push=True)
    released.commit({"services/delivery/app.py": "3\n"}, "fix: the candidate")
    made = proposed(released)
    assert (made.last, made.version) == (v("1.0.2"), v("1.1.0"))
    assert subjects(made) == ["fix: the candidate", "feat: before the candidate"]


def test_a_version_that_was_cut_and_not_pushed_is_taken(shop: Shop) -> None:
    cut(shop.bench, shop.service, v("0.1.0"), None, push=True)
    shop.commit({"services/delivery/app.py": "2\n"}, "fix: x")
    assert proposed(shop).version == v("0.1.1")


def test_a_branch_without_a_record_tells_where_it_was_cut_from(shop: Shop) -> None:
    shop.source.create_branch("release/delivery/v1.0.0", "HEAD")
    shop.commit({"services/delivery/app.py": "2\n"}, "feat: x")
    assert subjects(proposed(shop)) == ["feat: x"]


def test_a_version_of_which_git_knows_nothing(shop: Shop) -> None:
    shop.pushed("1.0.0")
    made = proposed(shop)
    assert (made.version, made.commits) == (v("1.0.1"), ())
    assert "neither the record nor the branch" in made.because


def test_the_first_one(shop: Shop) -> None:
    assert proposed(shop).version == v("0.1.0")


def test_main_has_another_name(shop: Shop) -> None:
    shop.bench = replace(shop.bench, settings=replace(shop.bench.settings, main_branch="trunk"))
    assert proposal_for(shop.bench, shop.service).version == v("0.1.0")
