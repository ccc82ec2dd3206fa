"""This repository's own pipeline files, as `repo.lint` judges them."""

from __future__ import annotations

from pathlib import Path

from build_tasks.steps.ci_lint import lint
from build_tasks.tasks.session import Session

ROOT = Path(__file__).parents[3]
NAMES = ("azure-pipelines*.yml", ".github/workflows/*.yml", ".gitlab-ci.yml")


def test_our_own_pipelines_are_all_read_and_have_no_mistake() -> None:
    report = lint(Session(ROOT).bench)
    there = {path.relative_to(ROOT).as_posix() for name in NAMES for path in ROOT.glob(name)}
    assert there <= set(report.files)
    assert [f"{one.file}:{one.line}: {one.rule}: {one.message}" for one in report.mistakes] == []


def test_nothing_of_them_goes_unread_but_the_pipeline_that_exists_only_while_gitlab_s_runs() -> None:
    """`ci.plan --matrix gitlab` writes it, and is tested itself."""
    report = lint(Session(ROOT).bench)
    assert {one.file for one in report.findings if not one.rule.is_mistake} == {".gitlab-ci.yml"}
