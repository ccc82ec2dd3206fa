"""This repository's own pipeline files, as `repo.lint` judges them."""

from __future__ import annotations

from pathlib import Path

from build_tasks.steps.ci.lint import lint
from build_tasks.tasks.session import Session

ROOT = Path(__file__).parents[3]
NAMES = ("azure-pipelines*.yml", ".github/workflows/*.yml", ".gitlab-ci.yml")


def test_our_own_pipelines_are_all_read_and_have_no_mistake() -> None:
    """Nor is there anything in them that could not be judged."""
    report = lint(Session(ROOT).bench)
    there = {path.relative_to(ROOT).as_posix() for name in NAMES for path in ROOT.glob(name)}
    assert len(there) > 2 and there <= set(report.files)
    assert [f"{one.file}:{one.line}: {one.rule}: {one.message}" for one in report.findings] == []
