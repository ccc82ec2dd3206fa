"""Findings that the files themselves allow, with a reason."""

from __future__ import annotations

from time import perf_counter

import pytest

from build_tasks.model.ci_lint import LintReport, LintRule
from tests.unit.ci_lint.monorepo import Monorepo

BECAUSE = "because another pipeline scans it"
ALLOW = f"# build-tasks: allow no-scan {BECAUSE}"
BUILD = "docker build -f src/shipping/delivery/Dockerfile ."
#: A pipeline of each system that builds an image and scans none; {above} has a line of its own.
AZURE = "trigger: [master]\nsteps:\n{above}\n- script: " + BUILD + "{beside}\n"
GITHUB = (
    "on:\n  push: {{branches: [master]}}\n  pull_request:\njobs:\n  ci:\n    runs-on: x\n    steps:\n"
    "{above}\n    - run: " + BUILD + "{beside}\n"
)
GITLAB = "delivery:\n  rules: [{{when: always}}]\n  script:\n{above}\n  - " + BUILD + "{beside}\n"
SYSTEMS = pytest.mark.parametrize(
    ("path", "text"),
    [("azure-pipelines.yml", AZURE), (".github/workflows/ci.yml", GITHUB), (".gitlab-ci.yml", GITLAB)],
    ids=["azure", "github", "gitlab"],
)


def judged(repo: Monorepo, path: str, text: str, above: str = "", beside: str = "") -> LintReport:
    repo.commit({path: text.format(above=above, beside=beside and f"  {beside}")})
    return repo.lint()


def rules(report: LintReport) -> list[str]:
    return [one.rule.value for one in report.findings]


@SYSTEMS
def test_without_a_word_it_is_a_mistake(repo: Monorepo, path: str, text: str) -> None:
    assert rules(judged(repo, path, text)) == ["no-scan"]


@SYSTEMS
@pytest.mark.parametrize("place", ["above", "beside"])
def test_with_a_reason_it_is_allowed(repo: Monorepo, path: str, text: str, place: str) -> None:
    report = judged(repo, path, text, **{place: ALLOW})
    assert report.findings == ()
    [one] = report.allowed
    assert (one.finding.rule, one.because) == (LintRule.NO_SCAN, "another pipeline scans it")


@SYSTEMS
@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("allow no-scan", "it allows no-scan and gives no reason"),
        ("allow no-scan because", "it allows no-scan and gives no reason"),
        ("allow no-scan because   ", "it allows no-scan and gives no reason"),
        ("allow no-scna because we know", "there is no rule 'no-scna' to allow"),
        ("allow bad-allow because we know", "there is no rule 'bad-allow' to allow"),
        ("allow", "this comment says nothing that is understood"),
        ("ignore no-scan because we know", "this comment says nothing that is understood"),
        ("allow no-scan, because we know", "there is no rule 'no-scan,' to allow"),
        ("allow latest because we know", "it allows latest, and there is none here"),
    ],
)
def test_what_allows_nothing_is_a_mistake_itself(
    repo: Monorepo, path: str, text: str, comment: str, message: str
) -> None:
    report = judged(repo, path, text, above=f"# build-tasks: {comment}")
    assert sorted(rules(report)) == ["bad-allow", "no-scan"]
    [bad] = [one for one in report.findings if one.rule is LintRule.BAD_ALLOW]
    assert (bad.message, report.allowed) == (message, ())
    assert bad.fix and bad.rule.is_mistake


@SYSTEMS
def test_when_the_pipeline_is_put_right_the_comment_goes(repo: Monorepo, path: str, text: str) -> None:
    report = judged(repo, path, text.replace(BUILD, "./inv ci.run"), above=ALLOW)
    assert rules(report) == ["bad-allow"]


def test_a_misspelt_rule_is_told_which_was_meant(repo: Monorepo) -> None:
    report = judged(repo, "azure-pipelines.yml", AZURE, above="# build-tasks: allow no-scna because x")
    assert "did you mean no-scan?" in [one.fix for one in report.findings]


def test_comments_in_a_row_count_for_the_line_below_them(repo: Monorepo) -> None:
    wrong = "trigger:\n  branches: {include: [master]}\n  paths:\n    include:\n    - src/shipping/delivery\n"
    dead = f"{wrong}{{above}}\n    - refs/nothing\nsteps: []\n"
    text = dead.replace("{include: [master]}", "{{include: [master]}}")
    both = "# build-tasks: allow dead-path because it comes\n# why not\n\n# build-tasks: allow latest"
    report = judged(repo, "azure-pipelines.yml", text, above=both)
    assert [one.finding.rule.value for one in report.allowed] == ["dead-path"]
    assert [one.message for one in report.findings] == ["it allows latest and gives no reason"]


def test_another_line_is_not_allowed(repo: Monorepo) -> None:
    two = f"trigger:\n# build-tasks: allow dead-branch {BECAUSE}\n- refs/x\n- refs/y\nsteps: []\n"
    repo.commit({"azure-pipelines.yml": two})
    report = repo.lint()
    assert [(one.rule.value, one.line) for one in report.findings] == [("dead-branch", 4)]
    assert [one.finding.line for one in report.allowed] == [3]


def test_in_a_script_a_comment_of_the_script_will_do(repo: Monorepo) -> None:
    text = f"delivery:\n  rules: [{{when: always}}]\n  script: |\n    {ALLOW}\n    {BUILD}\n"
    repo.commit({".gitlab-ci.yml": text})
    assert (repo.lint().findings, len(repo.lint().allowed)) == ((), 1)


def test_in_a_template_it_counts_as_well(repo: Monorepo) -> None:
    repo.commit(
        {
            "azure-pipelines.yml": "trigger: [master]\nsteps:\n- template: ci/steps.yml\n",
            "ci/steps.yml": f"steps:\n{ALLOW}\n- script: {BUILD}\n",
        }
    )
    assert (repo.lint().findings, len(repo.lint().allowed)) == ((), 1)


def test_in_a_file_that_is_no_pipeline_it_is_nobody_s_business(repo: Monorepo) -> None:
    repo.commit({"docs/values.yaml": f"{ALLOW}\na: 1\n"})
    assert repo.lint().findings == ()


@pytest.mark.parametrize(
    "line", ["# say build-tasks: allow no-scan", "#build-tasks allow no-scan", "# Build tasks"]
)
def test_what_is_no_such_comment(repo: Monorepo, line: str) -> None:
    report = judged(repo, ".gitlab-ci.yml", f"variables: {{{{k: v}}}}\n{line}\n" + GITLAB)
    assert rules(report) == ["no-scan"]


def test_what_could_not_be_looked_into_may_be_allowed_too(repo: Monorepo) -> None:
    """So that `--strict` can be kept."""
    allow = f"# build-tasks: allow not-looked-into {BECAUSE}"
    text = f"trigger: [master]\nextends:\n  {allow}\n  template: a.yml@other\n"
    repo.commit({"azure-pipelines.yml": text})
    assert (repo.lint().findings, len(repo.lint().allowed)) == ((), 1)


def test_a_file_that_is_not_text_has_no_traceback(repo: Monorepo) -> None:
    repo.write("azure-pipelines.yml", b"\xff\xfe # build-tasks: allow unreadable because it is a test\n")
    report = repo.lint()
    assert (report.findings, [one.finding.rule for one in report.allowed]) == ((), [LintRule.UNREADABLE])


def test_of_a_file_that_was_not_read_nothing_is_said_to_be_needless(repo: Monorepo) -> None:
    repo.write("azure-pipelines.yml", f"trigger: [master\n{ALLOW}\nsteps: []\n".encode())
    assert rules(repo.lint()) == ["unreadable"]


def test_any_number_of_comments_is_read_in_no_time(repo: Monorepo) -> None:
    comments = "# build-tasks: allow no-scan because x\n" * 12_000
    repo.commit({".gitlab-ci.yml": f"a:\n  rules: [{{when: always}}]\n  script:\n{comments}  - {BUILD}\n"})
    started = perf_counter()
    report = repo.lint()
    assert perf_counter() - started < 20
    assert len(report.allowed) == 1
