"""Which version may come next, going by what commits say of themselves."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from build_tasks.model.source import Commit
from build_tasks.planning.releases.proposal import Part, first, following, part_of, unknown
from tests.fakes.samples import v, vs


def commit(subject: str, body: str = "", sha: str = "a") -> Commit:
    return Commit(sha * 40, subject, "Dev <dev@example.org>", datetime(2026, 1, 1, tzinfo=UTC), body)


@pytest.mark.parametrize(
    ("subject", "body", "part"),
    [
        ("feat: accept weights", "", Part.MINOR),
        ("Feat(api): accept weights", "", Part.MINOR),
        ("fix: round", "", Part.PATCH),
        ("perf(store): one round trip", "", Part.PATCH),
        ("feat!: no halves", "", Part.MAJOR),
        ("fix(api)!: no halves", "", Part.MAJOR),
        ("chore!: Python 3.13", "", Part.MAJOR),
        ("fix: round", "Because.\n\nBREAKING CHANGE: no halves", Part.MAJOR),
        ("Round", "BREAKING-CHANGE: no halves", Part.MAJOR),
        # No Conventional Commits.
        ("Accept weights", "", Part.PATCH),
        ("feature: accept weights", "", Part.PATCH),
        ("feat accept weights", "", Part.PATCH),
        ("feat:", "", Part.PATCH),
        ("feat(: x", "", Part.PATCH),
        ("What a day! feat: x", "", Part.PATCH),
        ("fix: round", "This is no BREAKING CHANGE: it is not.", Part.PATCH),
        ("fix: round", "breaking change: has to be in capitals", Part.PATCH),
        ('Revert "feat: accept weights"', "", Part.PATCH),
    ],
)
def test_what_a_commit_calls_for(subject: str, body: str, part: Part) -> None:
    assert part_of(commit(subject, body)) is part


@pytest.mark.parametrize(
    ("subjects", "version", "bump", "because"),
    [
        (["fix: a"], "1.0.3", "patch", "a commit that does not say that it is a feature"),
        (["Tidy", "fix: a"], "1.0.3", "patch", "2 commits, none of which says that it is a feature"),
        (["fix: a", "feat: b", "Tidy"], "1.1.0", "minor", "1" * 12 + " feat: b"),
        (["feat: a", "fix!: b", "feat: c"], "2.0.0", "major", "1" * 12 + " fix!: b"),
        # The one that called for it first.
        (["feat: a", "feat: b"], "1.1.0", "minor", "1" * 12 + " feat: b"),
    ],
)
def test_the_greatest_part_that_any_commit_calls_for(
    subjects: list[str], version: str, bump: str, because: str
) -> None:
    commits = [commit(subject, sha=str(number)) for number, subject in enumerate(subjects)]
    made = following("delivery", v("1.0.2"), vs("1.0.1", "1.0.2"), commits)
    assert (made.version, made.bump) == (v(version), bump)
    assert made.because.startswith(because)
    assert made.commits == tuple(commits)


def test_nothing_changed() -> None:
    made = following("delivery", v("1.0.2"), vs("1.0.2"), [])
    assert (made.version, made.because) == (None, "nothing that it is built from changed since v1.0.2")


def test_the_first_version() -> None:
    assert first("delivery", []).version == v("0.1.0")


def test_a_pre_release_is_no_release() -> None:
    assert first("delivery", vs("0.1.0-rc.1")).version == v("0.1.0")


def test_where_the_last_version_was_cut_from_is_not_known() -> None:
    made = unknown("delivery", v("1.0.2"), vs("1.0.2"))
    assert (made.version, made.bump) == (v("1.0.3"), "patch")
    assert "neither the record nor the branch of v1.0.2" in made.because
