"""Pipeline files as a whole: which are read, what is said of them, and in what order."""

from __future__ import annotations

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.ci_lint import LintRule
from build_tasks.planning.ci_lint.files.reading import LARGEST
from tests.unit.ci_lint.monorepo import Monorepo

FLOW = "steps:\n- script: ./inv ci.run\n"


def test_a_repository_without_pipelines(repo: Monorepo) -> None:
    report = repo.lint()
    assert (report.files, report.findings, report.mistakes) == ((), (), ())


def test_the_flow_without_filters_is_right_in_every_system(repo: Monorepo) -> None:
    repo.commit(
        {
            "azure-pipelines.yml": f"trigger: [master, 'feature/*', 'topic/*', 'release/*']\n{FLOW}",
            ".github/workflows/ci.yml": (
                "on:\n  pull_request:\n  push: {branches: [master, 'feature/**', 'topic/**', 'release/**']}\n"
                "jobs:\n  ci:\n    runs-on: x\n    steps:\n    - run: ./inv ci.run\n"
            ),
            ".gitlab-ci.yml": "ci:\n  rules: [{when: on_success}]\n  script: ./inv ci.run\n",
        }
    )
    report = repo.lint()
    assert report.findings == ()
    assert report.files == (".github/workflows/ci.yml", ".gitlab-ci.yml", "azure-pipelines.yml")


def test_findings_come_by_file_and_line_each_once(repo: Monorepo) -> None:
    repo.commit(
        {
            "azure-pipelines.yml": "trigger: [refs/b, refs/a]\nsteps: []\n",
            "a/azure-pipelines.yml": "pr: [refs/x]\n",
        }
    )
    places = [(one.file, one.line, one.message) for one in repo.lint().findings]
    assert places == sorted(set(places)) and len(places) == 3


def test_a_pipeline_that_git_does_not_know_yet_is_read(repo: Monorepo) -> None:
    repo.write("azure-pipelines.yml", b"trigger: [refs/x]\nsteps: []\n")
    assert [one.rule for one in repo.lint().findings] == [LintRule.DEAD_BRANCH]


def test_a_file_that_cannot_be_read_hides_no_other(repo: Monorepo) -> None:
    repo.write("azure-pipelines.yml", b"\xff\xfe")
    repo.write("a/azure-pipelines.yml", b"x" * (LARGEST + 10))
    repo.write("b/azure-pipelines-1.yml", b"trigger: [refs/x]\nsteps: []\n")
    assert [(one.file, one.rule) for one in repo.lint().findings] == [
        ("a/azure-pipelines.yml", LintRule.UNREADABLE),
        ("azure-pipelines.yml", LintRule.UNREADABLE),
        ("b/azure-pipelines-1.yml", LintRule.DEAD_BRANCH),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null\n",
        b"just words\n",
        b"- a\n- b\n",
        b"trigger: 3\nsteps: {a: b}\njobs: x\n",
        b"on: {push: 3}\njobs: [x]\n",
    ],
)
@pytest.mark.parametrize("name", ["azure-pipelines.yml", ".github/workflows/x.yml", ".gitlab-ci.yml"])
def test_what_has_no_sense_has_no_traceback(repo: Monorepo, name: str, content: bytes) -> None:
    repo.write(name, content)
    assert all(one.rule is LintRule.DEAD_BRANCH for one in repo.lint().findings)


def test_named_files_alone(repo: Monorepo) -> None:
    repo.commit({"azure-pipelines.yml": "trigger: [refs/x]\nsteps: []\n"})
    repo.commit(
        {
            "ci/a.yml": "on: {push: {branches: [refs/y]}}\njobs: {}\n",
            "ci/b.yml": "job:\n  script: docker build .\n",
        }
    )
    repo.commit({"ci/c.yml": "trigger: [refs/z]\nstages: []\n"})
    assert repo.lint("ci/a.yml", "./ci/../ci/b.yml", "ci/c.yml").files == ("ci/a.yml", "ci/b.yml", "ci/c.yml")
    rules = [one.rule for one in repo.lint("ci/a.yml", "ci/b.yml", "ci/c.yml").findings]
    assert rules == [LintRule.DEAD_BRANCH, LintRule.NO_SCAN, LintRule.DEAD_BRANCH]


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ("nowhere.yml", "there is no file nowhere.yml"),
        ("docs", "there is no file docs"),
        ("../outside.yml", "../outside.yml is not in the repository"),
        ("docs/index.md", "docs/index.md: neither Azure's, GitHub's nor GitLab's by name or content"),
    ],
)
def test_named_files_that_cannot_be(repo: Monorepo, named: str, why: str) -> None:
    with pytest.raises(FlowError) as error:
        repo.lint(named)
    assert (error.value.code, error.value.why) == (ExitCode.USAGE, why)


def test_a_service_that_cannot_be_read_is_one_clear_error(repo: Monorepo) -> None:
    repo.commit({"src/shipping/delivery/Dockerfile": "FROM $NOBODY\n"})
    with pytest.raises(FlowError) as error:
        repo.lint()
    assert error.value.code is ExitCode.CONFIG
