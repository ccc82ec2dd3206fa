"""What `inv ci.lint` found, as it is told."""

from __future__ import annotations

from io import StringIO

import pytest

from build_tasks.errors import ExitCode
from build_tasks.model.ci_lint import AllowedFinding, LintFinding, LintReport, LintRule
from build_tasks.presentation.annotations import annotations_of
from build_tasks.presentation.findings import annotate, refusal, told

WRONG = LintFinding("a.yml", 3, LintRule.DEAD_PATH, "matches nothing", "leave it out")
UNSEEN = LintFinding("a.yml", 5, LintRule.NOT_LOOKED_INTO, "a template")


def test_findings_and_their_count() -> None:
    assert list(told(LintReport(("a.yml", "b.yml"), (WRONG, UNSEEN)))) == [
        "a.yml:3: dead-path: matches nothing",
        "    to do: leave it out",
        "a.yml:5: not-looked-into: a template",
        "2 pipeline files, 1 mistake, 1 not looked into",
    ]


def test_what_is_allowed_is_counted_and_not_told() -> None:
    report = LintReport(("a.yml",), (), (AllowedFinding(WRONG, "it is"), AllowedFinding(UNSEEN, "so what")))
    assert list(told(report)) == ["1 pipeline file, 0 mistakes, 2 allowed"]
    assert refusal(report) is None


def test_nothing_found() -> None:
    assert list(told(LintReport(("a.yml",), ()))) == ["1 pipeline file, 0 mistakes"]
    assert list(told(LintReport((), ()))) == ["there is no pipeline file"]


def test_as_one_check_among_others() -> None:
    assert refusal(LintReport(("a.yml",), (UNSEEN,))) is None
    error = refusal(LintReport(("a.yml",), (WRONG,)))
    assert error is not None
    assert error.code is ExitCode.CONFIG
    assert error.why == "a.yml:3: dead-path: matches nothing (to do: leave it out)"
    [annotation] = annotations_of(error)
    assert (annotation.file, annotation.line) == ("a.yml", 3)


@pytest.mark.parametrize(
    ("environ", "lines"),
    [
        ({}, []),
        ({"GITLAB_CI": "true"}, []),
        (
            {"GITHUB_ACTIONS": "true"},
            [
                "::error file=a.yml,line=3,title=dead-path::matches nothing (to do: leave it out)",
                "::warning file=a.yml,line=5,title=not-looked-into::a template",
            ],
        ),
        (
            {"TF_BUILD": "True"},
            [
                "##vso[task.logissue type=error;sourcepath=a.yml;linenumber=3;]"
                "dead-path: matches nothing (to do: leave it out)",
                "##vso[task.logissue type=warning;sourcepath=a.yml;linenumber=5;]not-looked-into: a template",
            ],
        ),
    ],
)
def test_findings_are_annotations_in_a_ci(environ: dict[str, str], lines: list[str]) -> None:
    stream = StringIO()
    annotate(LintReport(("a.yml",), (WRONG, UNSEEN)), stream, environ)
    assert stream.getvalue().splitlines() == lines
