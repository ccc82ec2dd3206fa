"""Azure Pipelines, as they are triggered and built of templates."""

from __future__ import annotations

import pytest

from build_tasks.model.ci_lint import LintRule
from tests.unit.ci_lint.monorepo import Monorepo

FILE = "src/shipping/dronescheduler/azure-pipelines.yml"
BUILD = "- script: docker build -f src/shipping/dronescheduler/Dockerfile .\n- script: grype x\n"
STEPS = f"steps:\n{BUILD}"


def missed(repo: Monorepo, text: str) -> list[tuple[int, str]]:
    found = repo.found(LintRule.MISSED_INPUT, {FILE: text})
    return [(one.line, one.message.partition(" is built from ")[2].partition(" ")[0]) for one in found]


def test_without_a_path_filter_nothing_is_missed(repo: Monorepo) -> None:
    for trigger in (
        "",
        "trigger: none\n",
        "trigger: [master]\n",
        "trigger:\n  branches: {include: [master]}\n",
    ):
        repo.commit({FILE: trigger + STEPS})
        assert repo.lint().findings == ()


@pytest.mark.parametrize(
    ("paths", "left_out"),
    [
        ("include: [src/shipping/dronescheduler]", ["src/shipping/common"]),
        ("include: [/src/shipping/dronescheduler/*, src/shipping/common/*]", []),
        ("include: [src/shipping]", []),
        ("include: [src/*]", []),
        ("include: ['*']", []),
        ("exclude: [docs]", []),
        ("exclude: [src/shipping/common]", ["src/shipping/common"]),
        ("exclude: ['src/shipping/*.py']", ["src/shipping/common", "src/shipping/dronescheduler"]),
        ("{include: [src], exclude: [src/shipping/common]}", ["src/shipping/common"]),
        ("{include: [src, src/shipping/common/log.py], exclude: [src/shipping/common]}", []),
        (
            "{include: [src/shipping/common, src/shipping], exclude: [src/shipping/common]}",
            ["src/shipping/common"],
        ),
        ("include: [src/shipping/delivery]", ["src/shipping/common", "src/shipping/dronescheduler"]),
    ],
)
def test_the_deepest_path_decides(repo: Monorepo, paths: str, left_out: list[str]) -> None:
    """ "If you exclude a path, you cannot also include it unless you qualify it to a deeper folder." """
    body = f"  paths: {paths}\n" if paths.startswith("{") else f"  paths:\n    {paths}\n"
    line = 4 if not paths.startswith("{") else 3
    assert missed(repo, f"trigger:\n  branches: {{include: [master]}}\n{body}{STEPS}") == [
        (line, one) for one in left_out
    ]


def test_the_filter_of_pull_requests_is_one_of_its_own(repo: Monorepo) -> None:
    text = "trigger: none\npr:\n  paths:\n    include:\n    - src/shipping/dronescheduler\n" + STEPS
    assert missed(repo, text) == [(4, "src/shipping/common")]


def test_files_that_nothing_is_made_of_may_be_left_out(repo: Monorepo) -> None:
    text = "trigger:\n  paths:\n    exclude: ['*.md']\nsteps:\n- script: ./inv delivery.test\n"
    assert repo.found(LintRule.MISSED_INPUT, {"azure-pipelines.yml": text}) == []
    text = text.replace("*.md", "*.py")
    [found] = repo.found(LintRule.MISSED_INPUT, {"azure-pipelines.yml": text})
    assert "delivery is built from src/shipping/delivery" in found.message
    assert "of which this filter leaves out src/shipping/delivery/app/main.py" in found.message


def test_what_the_image_is_not_made_of_may_be_left_out(repo: Monorepo) -> None:
    """Neither what the ignore file leaves out, nor what a pattern of COPY does not take."""
    dockerfile = (
        "FROM python:3.13 AS build\nCOPY src/shipping/dronescheduler .\n"
        "COPY src/shipping/common/*.py ./common/\n"
        "FROM build AS testrunner\nFROM build AS final\n"
    )
    repo.commit({"src/shipping/dronescheduler/Dockerfile": dockerfile, "src/shipping/common/notes.txt": "x"})
    repo.commit(
        {"src/shipping/dronescheduler/Dockerfile.dockerignore": "**/*.md\n", "src/shipping/common/b.md": "x"}
    )
    repo.commit({"src/shipping/dronescheduler/README.md": "x"})
    text = "trigger:\n  paths:\n    exclude: ['*.md', '*.txt']\n" + STEPS
    assert missed(repo, text) == []
    assert missed(repo, text.replace("*.txt", "*.py")) == [
        (3, "src/shipping/common"),
        (3, "src/shipping/dronescheduler"),
    ]


def test_a_pipeline_that_builds_nothing_may_look_where_it_likes(repo: Monorepo) -> None:
    text = (
        "trigger:\n  branches: {include: [gh-pages]}\n  paths: {include: ['*.md']}\n"
        "steps:\n- script: mkdocs build\n"
    )
    repo.commit({"docs/azure-pipelines.yml": text})
    assert repo.lint().findings == ()


def test_the_whole_flow_behind_a_filter_of_one_service(repo: Monorepo) -> None:
    text = "trigger:\n  paths:\n    include: [src/shipping/dronescheduler]\nsteps:\n- script: ./inv ci.run\n"
    assert missed(repo, text) == [(3, "src/shipping/common")]


@pytest.mark.parametrize(
    ("path", "fix"),
    [
        ("src/shipping/delivry", "did you mean src/shipping/delivery?"),
        ("src/Shipping/delivery", "git tells upper from lower case: src/shipping/delivery"),
        ("$(folder)/x", "filters cannot hold variables: write the path out"),
        ("nowhere/at/all/to/be/found", "correct it, or leave it out"),
        ("src/shipping/delivery/*.go", "nothing in src/shipping/delivery is called so"),
    ],
)
def test_a_path_that_is_not_there(repo: Monorepo, path: str, fix: str) -> None:
    text = f"trigger:\n  paths:\n    include:\n    - docs\n    - {path}\nsteps: []\n"
    [found] = repo.found(LintRule.DEAD_PATH, {"azure-pipelines.yml": text})
    assert (found.line, found.message) == (5, f"the path filter {path!r} matches no file that git tracks")
    assert found.fix == fix


def test_a_file_that_git_does_not_track_starts_nothing(repo: Monorepo) -> None:
    repo.write("new/file.py", b"x")
    [found] = repo.found(LintRule.DEAD_PATH, {FILE: "trigger:\n  paths: {include: [new]}\nsteps: []\n"})
    assert found.line == 2


@pytest.mark.parametrize(
    "branch",
    [
        "master",
        "release/*",
        "refs/heads/release/dronescheduler/v*",
        "refs/tags/*",
        "*",
        "feature/*",
        "topic/delivery/JIRA-*",
    ],
)
def test_branches_that_can_be(repo: Monorepo, branch: str) -> None:
    assert repo.found(LintRule.DEAD_BRANCH, {FILE: f"trigger: ['{branch}']\n{STEPS}"}) == []


@pytest.mark.parametrize(
    ("branch", "fix"),
    [
        ("mastr", "did you mean master?"),
        ("main", "did you mean master?"),
        ("relelase/delivery/v*", "did you mean release/delivery/v*?"),
        ("refs/head/master", "did you mean master?"),
        ("feature/dronesheduler/*", "did you mean feature/dronescheduler/*?"),
        ("release/delivery/1.*", "did you mean release/delivery/v*?"),
        ("gh-pages", "correct it, or leave it out"),
    ],
)
def test_branches_that_cannot_be(repo: Monorepo, branch: str, fix: str) -> None:
    [found] = repo.found(LintRule.DEAD_BRANCH, {FILE: f"trigger:\n- master\n- {branch}\n{STEPS}"})
    assert (found.line, found.fix) == (3, fix)


def test_a_branch_that_exists_is_none_of_the_flow_s_but_no_mistake(repo: Monorepo) -> None:
    repo.branch("develop")
    assert repo.found(LintRule.DEAD_BRANCH, {FILE: f"trigger: [develop]\n{STEPS}"}) == []


def test_steps_of_templates_count(repo: Monorepo) -> None:
    main = (
        "trigger:\n  paths:\n    include: [src/shipping/dronescheduler]\nstages:\n- template: ci/stages.yml\n"
    )
    stages = (
        "stages:\n- stage: a\n  jobs:\n  - deployment: b\n    strategy:\n      runOnce:\n        deploy:\n"
        "          steps:\n          - template: \\src\\ci\\steps.yml\n"
    )
    repo.commit({FILE: main, "src/shipping/dronescheduler/ci/stages.yml": stages, "src/ci/steps.yml": STEPS})
    found = repo.lint().findings
    assert [(one.rule, one.file, one.line) for one in found] == [(LintRule.MISSED_INPUT, FILE, 3)]


def test_a_template_is_no_pipeline_of_its_own(repo: Monorepo) -> None:
    template = "steps:\n- script: docker build .\n"
    repo.commit({FILE: "steps:\n- template: azure-pipelines-ci.yml\n- script: grype x\n"})
    repo.commit({"src/shipping/dronescheduler/azure-pipelines-ci.yml": template})
    assert repo.lint().findings == ()
    repo.commit({FILE: "steps:\n- script: make\n"})
    [found] = repo.lint().findings
    assert (found.rule, found.file) == (
        LintRule.NO_SCAN,
        "src/shipping/dronescheduler/azure-pipelines-ci.yml",
    )


@pytest.mark.parametrize("reference", ["build.yml@templates", "nowhere.yml", "${{ parameters.file }}"])
def test_a_template_that_is_not_here_is_not_looked_into(repo: Monorepo, reference: str) -> None:
    """It may scan; so nothing is said of that."""
    repo.commit(
        {
            FILE: f"extends:\n  template: {reference}\n  parameters:\n    build:\n"
            "    - script: docker build .\n"
        }
    )
    [note] = repo.lint().findings
    assert (note.rule, note.line) == (LintRule.NOT_LOOKED_INTO, 2)
    assert note.message == f"the template {reference!r}: what it does is not known"


def test_a_template_that_is_not_yaml_is_said_once(repo: Monorepo) -> None:
    repo.commit({"a.yml": "steps: [\n", FILE: "steps:\n- template: /a.yml\n- template: /a.yml\n"})
    assert [one.rule for one in repo.lint().findings if one.rule.is_mistake] == [LintRule.UNREADABLE]


def test_templates_in_a_circle_come_to_an_end(repo: Monorepo) -> None:
    repo.commit({FILE: "steps:\n- template: azure-pipelines.yml\n"})
    assert {one.rule for one in repo.lint().findings} == {LintRule.NOT_LOOKED_INTO}


@pytest.mark.parametrize(
    ("condition", "built"),
    [
        ("ne(variables['Build.Reason'], 'PullRequest')", False),
        ("eq(variables['Build.Reason'], 'PullRequest')", True),
        ("eq(variables['System.PullRequest.TargetBranch'], 'master')", True),
        ("eq(variables.isMain, 'true')", False),
        ("eq(variables['fromAGroup'], 'true')", True),
        ("and(succeeded(), eq(variables['Build.SourceBranchName'], 'merge'))", True),
        ("failed()", False),
        ("this is no condition", True),
    ],
)
@pytest.mark.parametrize("level", ["step", "job", "insertion"])
def test_whether_a_pull_request_builds_the_image(
    repo: Monorepo, condition: str, built: bool, level: str
) -> None:
    build = "script: docker build ."
    at = {
        "step": f"  steps:\n  - {build}\n    condition: {condition}\n",
        "job": f"  condition: {condition}\n  steps:\n  - {build}\n",
        "insertion": f"  steps:\n  - ${{{{ if {condition} }}}}:\n    - {build}\n",
    }[level]
    main = "$[ eq(variables['Build.SourceBranch'], 'refs/heads/master') ]"
    text = f"variables:\n  isMain: {main}\njobs:\n- job: a\n{at}"
    found = repo.found(LintRule.NO_IMAGE, {FILE: text + "- job: b\n  steps:\n  - script: grype x\n"})
    assert (found == []) is built


def test_a_pipeline_without_pull_requests_need_not_build_for_them(repo: Monorepo) -> None:
    step = "steps:\n- script: docker build --target testrunner .\n"
    assert repo.found(LintRule.NO_IMAGE, {FILE: "pr: none\n" + step}) == []
    assert repo.found(LintRule.NO_IMAGE, {FILE: "pr: [release/delivery/v*]\n" + step}) == []
    [found] = repo.found(LintRule.NO_IMAGE, {FILE: "pr: [master]\n" + step})
    assert found.line == 1


def test_variables_come_from_lists_and_templates_too(repo: Monorepo) -> None:
    text = (
        "trigger:\n  paths:\n    include: [src/shipping/dronescheduler]\n"
        "variables:\n- name: file\n  value: $(folder)/Dockerfile\n- template: vars.yml\n- group: secrets\n"
        "steps:\n- task: Docker@2\n"
        "  inputs: {command: build, Dockerfile: $(Build.SourcesDirectory)/$(file)}\n"
    )
    repo.commit(
        {"src/shipping/dronescheduler/vars.yml": "variables: {folder: src/shipping/dronescheduler}\n"}
    )
    assert missed(repo, text) == [(3, "src/shipping/common")]


def test_a_pipeline_of_any_name_is_found_by_its_shape(repo: Monorepo) -> None:
    repo.commit({"ci/delivery.yaml": "trigger: [mastr]\nsteps:\n- script: docker build .\n"})
    repo.commit({"ci/values.yml": "trigger: [mastr]\nother: 1\n", "ci/steps.yml": "steps: []\n"})
    assert repo.lint().files == ("ci/delivery.yaml",)
    assert {one.file for one in repo.lint().findings} == {"ci/delivery.yaml"}
