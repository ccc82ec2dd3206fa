"""What conditions come to before a run: yes, no, or that only the run can tell."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from build_tasks.planning.ci_lint.conditions.expressions import Constant
from build_tasks.planning.ci_lint.conditions.judging import UNKNOWN, Text, Value, holds
from build_tasks.planning.ci_lint.conditions.reading import read_calls, read_rule
from build_tasks.planning.ci_lint.patterns.language import DIGITS, chain

KNOWN: Mapping[str, Value] = {
    "build.reason": "PullRequest",
    "build.sourcebranch": Text(chain("refs/pull/", DIGITS, "/merge")),
    "github.event_name": "pull_request",
    "github.base_ref": "main",
    "CI_COMMIT_BRANCH": None,
    "CI_COMMIT_REF_NAME": Text(chain("feature/delivery/", DIGITS)),
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_MERGE_REQUEST_IID": Text(DIGITS),
    "EMPTY": "",
}


def judged(text: str, *, rule: bool = False) -> bool | None:
    return holds((read_rule if rule else read_calls)(text), lambda name: KNOWN.get(name, UNKNOWN))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("eq(variables['Build.Reason'], 'PullRequest')", True),
        ("eq(variables.x, 1)", None),
        ("ne(variables['Build.Reason'], 'pullrequest')", False),
        ("and(succeeded(), ne(variables['Build.Reason'], 'PullRequest'))", False),
        ("or(eq(variables['Build.SourceBranch'], 'refs/heads/main'), eq(variables['x'], 'y'))", None),
        ("eq(variables['Build.SourceBranch'], 'refs/heads/main')", False),
        ("startsWith(variables['Build.SourceBranch'], 'refs/pull/')", None),
        ("startsWith(variables['Build.SourceBranch'], 'refs/heads/release/')", False),
        ("not(startsWith(variables['Build.SourceBranch'], 'refs/tags/'))", True),
        ("in(variables['Build.Reason'], 'Manual', 'Schedule')", False),
        ("notIn(variables['Build.Reason'], 'Manual', 'Schedule')", True),
        ("contains(variables['Build.SourceBranch'], 'release')", False),
        ("endsWith(variables['Build.SourceBranch'], '/merge')", None),
        ("always()", True),
        ("failed()", False),
        ("coalesce(variables.a, 'x')", None),
        ("true", True),
    ],
)
def test_azure(text: str, expected: bool | None) -> None:
    assert judged(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("github.event_name == 'pull_request'", True),
        ("github.event_name != 'pull_request'", False),
        ("github.event_name == 'push' && startsWith(github.ref, 'refs/tags/')", False),
        ("github.event_name == 'push' || github.base_ref == 'main'", True),
        ("!(github.event_name == 'push')", True),
        ("github.event.pull_request.head.repo.full_name == github.repository", None),
        ("success() && github['event_name'] == 'pull_request'", True),
        ("failure() || cancelled()", False),
        ("github.run_number > 3", None),
        ("contains(github.event.*.labels, 'x')", None),
        ("github.base_ref == null", False),
        ("'it''s' == 'it''s'", True),
        ("false", False),
    ],
)
def test_github(text: str, expected: bool | None) -> None:
    assert judged(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('$CI_PIPELINE_SOURCE == "merge_request_event"', True),
        ("$CI_COMMIT_BRANCH", False),
        ('$CI_COMMIT_BRANCH == "main"', False),
        ("$CI_COMMIT_BRANCH == null", True),
        ("$CI_COMMIT_BRANCH =~ /^release/", False),
        ("$CI_COMMIT_REF_NAME =~ /^feature\\//", None),
        ("$CI_COMMIT_REF_NAME =~ /^release\\//", False),
        ("$CI_COMMIT_REF_NAME !~ /^release\\//", True),
        ('$CI_COMMIT_REF_NAME == "main"', False),
        ("$CI_MERGE_REQUEST_IID", True),
        ("$EMPTY", False),
        ('$EMPTY == ""', True),
        ("$NOBODY_KNOWS", None),
        ('$NOBODY_KNOWS && $CI_PIPELINE_SOURCE == "push"', False),
        ('($NOBODY_KNOWS || $CI_PIPELINE_SOURCE != "push") && ${CI_MERGE_REQUEST_IID}', True),
        ("$CI_COMMIT_REF_NAME =~ /(?!x)/", None),
        ("$CI_COMMIT_REF_NAME =~ $PATTERN", None),
    ],
)
def test_gitlab(text: str, expected: bool | None) -> None:
    assert judged(text, rule=True) is expected


@pytest.mark.parametrize("text", ["", "and(", "a b", "eq(a, 'b)", "(" * 50 + ")" * 50, "x" * 3000, "$A"])
def test_calls_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="condition"):
        read_calls(text)


@pytest.mark.parametrize("text", ["", "$A ==", "$A = 'b'", "!" * 50 + "$A", '"unclosed', "$A == /x"])
def test_rules_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="condition"):
        read_rule(text)


def test_words_that_are_constants_in_any_case() -> None:
    assert (read_calls("True"), read_calls("null")) == (Constant(True), Constant(None))
