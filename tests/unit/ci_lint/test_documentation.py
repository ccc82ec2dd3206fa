"""docs/ci-lint.md: every rule is explained, and every example is the mistake that it is said to be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from build_tasks.model.ci_lint import LintRule
from tests.unit.ci_lint.monorepo import Monorepo

PAGE = (Path(__file__).parents[3] / "docs" / "ci-lint.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^### `([\w-]+)`\n(.*?)(?=^##)", re.M | re.S)
EXAMPLE = re.compile(r"```yaml\n# (\S+)\n(.*?)```", re.S)
EXPLAINED = {name: text for name, text in SECTION.findall(PAGE)}


def test_every_rule_is_explained_and_no_other() -> None:
    assert sorted(EXPLAINED) == sorted(rule.value for rule in LintRule)


@pytest.mark.parametrize("rule", LintRule, ids=str)
def test_the_example_is_that_mistake_and_no_other(rule: LintRule, tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    repo = Monorepo(tmp_path / "repo", main="main")
    [(path, text)] = EXAMPLE.findall(EXPLAINED[rule])
    repo.commit({path: text})
    found = repo.lint().findings
    assert {one.rule for one in found} == {rule}
    assert all(one.file == path and one.line <= text.count("\n") for one in found)
