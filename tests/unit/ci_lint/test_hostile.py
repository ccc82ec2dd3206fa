"""Files that multiply when they are followed: judged as far as that goes, in no time worth speaking of."""

from __future__ import annotations

import pytest

from build_tasks.model.ci_lint import LintRule
from tests.unit.ci_lint.monorepo import Monorepo

TEN = range(10)


@pytest.mark.timeout(60)
def test_templates_that_use_ten_templates_that_use_ten(repo: Monorepo) -> None:
    files = {f"t{n}.yml": "steps:\n" + f"- template: t{n + 1}.yml\n" * 10 for n in TEN}
    repo.commit({**files, "t10.yml": "steps: []\n", "azure-pipelines.yml": files["t0.yml"]})
    assert {one.rule for one in repo.lint().findings} == {LintRule.NOT_LOOKED_INTO}


@pytest.mark.timeout(60)
def test_workflows_and_actions_that_do(repo: Monorepo) -> None:
    jobs = {n: "".join(f"  j{m}: {{uses: ./.github/workflows/w{n + 1}.yml}}\n" for m in TEN) for n in TEN}
    files = {f".github/workflows/w{n}.yml": f"on: workflow_call\njobs:\n{jobs[n]}" for n in TEN}
    start = f"on: push\njobs:\n{jobs[0]}  a:\n    steps: [{{uses: ./a0}}]\n"
    actions = {f"a{n}/action.yml": "runs:\n  steps:\n" + f"  - uses: ./a{n + 1}\n" * 10 for n in TEN}
    repo.commit({**files, **actions, ".github/workflows/x.yml": start})
    assert {one.rule for one in repo.lint().findings} == {LintRule.NOT_LOOKED_INTO}


@pytest.mark.timeout(60)
def test_jobs_that_extend_ten_and_lists_that_refer_to_ten(repo: Monorepo) -> None:
    jobs = [
        f".j{n}:\n  extends: [{', '.join([f'.j{n + 1}'] * 10)}]\n"
        f"  script: [{', '.join([f'!reference [.j{n + 1}, script]'] * 10)}]\n"
        for n in range(30)
    ]
    repo.commit({".gitlab-ci.yml": "".join(jobs) + ".j30:\n  script: [make]\njob:\n  extends: .j0\n"})
    assert repo.lint().findings == ()


@pytest.mark.timeout(60)
def test_includes_of_one_another(repo: Monorepo) -> None:
    everything = "include:\n" + "".join(f"- c{n}.yml\n" for n in TEN)
    repo.commit(
        {**{f"c{n}.yml": everything for n in TEN}, ".gitlab-ci.yml": f"{everything}job:\n  script: make\n"}
    )
    assert repo.lint().findings == ()


@pytest.mark.timeout(60)
def test_variables_made_of_themselves(repo: Monorepo) -> None:
    variables = "".join(f"  v{n}: a{f'$(v{n + 1})' * 10}\n" for n in range(40))
    text = f"variables:\n{variables}  v40: $[ eq(variables.v0, variables.v40) ]\n"
    step = "- script: docker build $(v0)\n  condition: eq(variables.v0, 'a')\n"
    repo.commit({"azure-pipelines.yml": f"{text}steps:\n{step}"})
    assert {one.rule for one in repo.lint().findings} == {LintRule.NO_SCAN}


@pytest.mark.timeout(60)
def test_what_is_long_and_what_is_deep(repo: Monorepo) -> None:
    chain = "".join(f"  v{n}: $(v{n + 1})\n" for n in range(5000))
    deep = "".join(f"{'  ' * n}- template: t.yml\n{'  ' * n}  steps:\n" for n in range(18))
    step = "- script: echo $(v0)\n  condition: eq(variables.v0, 'a')\n- template: t.yml\n"
    repo.commit({"azure-pipelines.yml": f"variables:\n{chain}steps:\n{step}", "t.yml": f"steps:\n{deep}"})
    assert {one.rule for one in repo.lint().findings} == {LintRule.NOT_LOOKED_INTO}


@pytest.mark.timeout(60)
def test_patterns_that_are_hard_for_others(repo: Monorepo) -> None:
    hard = "'" + "*a" * 200 + "b'"
    repo.commit({f"src/{'a' * 200}{n}": "x" for n in range(50)})
    azure = f"trigger:\n  branches: {{include: [{hard}]}}\n  paths: {{include: [{hard}]}}\nsteps: []\n"
    github = f"on:\n  push:\n    paths: [{hard}]\njobs: {{}}\n"
    gitlab = f"j:\n  rules:\n  - changes: [{hard}]\n  - if: $CI_COMMIT_BRANCH =~ /^(a+)+$/\n  script: make\n"
    repo.commit({"azure-pipelines.yml": azure, ".github/workflows/x.yml": github, ".gitlab-ci.yml": gitlab})
    assert [one.rule for one in repo.lint().findings] == [LintRule.DEAD_PATH] * 3
