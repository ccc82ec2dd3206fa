"""GitLab CI: rules and only/except, job by job, with what is included and started."""

from __future__ import annotations

import pytest

from build_tasks.model.ci_lint import LintRule
from tests.unit.ci_lint.monorepo import Monorepo

FILE = ".gitlab-ci.yml"
SCRIPT = "  script:\n  - docker build -f src/shipping/dronescheduler/Dockerfile .\n  - grype x\n"


def missed(repo: Monorepo, text: str) -> list[tuple[int, str]]:
    found = repo.found(LintRule.MISSED_INPUT, {FILE: text})
    return [(one.line, one.message.partition(" is built from ")[2].partition(" ")[0]) for one in found]


@pytest.mark.parametrize(
    ("rules", "left_out"),
    [
        ("- changes: [src/shipping/dronescheduler/**/*]", ["src/shipping/common"]),
        ("- changes: {paths: [src/shipping/dronescheduler/**/*]}", ["src/shipping/common"]),
        ("- changes: [src/shipping/dronescheduler/**/*, src/shipping/common/*]", []),
        ("- changes: ['src/shipping/{common,dronescheduler}/**/*']", []),
        ("- changes: ['**/*']", []),
        (
            "- changes: [src/shipping/dronescheduler/**]",
            ["src/shipping/common", "src/shipping/dronescheduler"],
        ),
        ("- changes: [src/shipping/common/**/*]\n    when: never\n  - when: always", ["src/shipping/common"]),
        ("- if: $CI_COMMIT_TAG\n  - changes: [src/shipping/dronescheduler/**/*]", ["src/shipping/common"]),
        ("- if: $RUN_ALL\n  - changes: [src/shipping/dronescheduler/**/*]", []),
        ("- changes: [src/shipping/dronescheduler/**/*]\n  - when: on_success", []),
        ("- changes: [src/shipping/dronescheduler/**/*]\n  - changes: [src/shipping/common/*]", []),
    ],
)
def test_the_first_rule_that_matches_decides(repo: Monorepo, rules: str, left_out: list[str]) -> None:
    text = f"build:\n  rules:\n  {rules}\n{SCRIPT}"
    assert [one for _, one in missed(repo, text)] == left_out


def test_a_filter_for_some_kinds_of_pipeline_only(repo: Monorepo) -> None:
    """Merge requests are filtered; the main branch's pipelines are not."""
    text = (
        "build:\n  rules:\n  - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n"
        "  - if: $CI_PIPELINE_SOURCE == 'merge_request_event'\n    changes:\n"
        f"    - src/shipping/dronescheduler/**/*\n{SCRIPT}"
    )
    assert missed(repo, text) == [(6, "src/shipping/common")]


def test_the_hint_for_stars_without_a_slash(repo: Monorepo) -> None:
    text = f"build:\n  rules:\n  - changes: [src/shipping/dronescheduler/**, src/shipping/common/*]\n{SCRIPT}"
    [found] = repo.found(LintRule.MISSED_INPUT, {FILE: text})
    assert found.fix == "add src/shipping/dronescheduler/**/*"


@pytest.mark.parametrize(
    ("keywords", "left_out"),
    [
        ("only: {changes: [src/shipping/dronescheduler/**/*]}", ["src/shipping/common"]),
        (
            "only:\n    refs: [master, merge_requests]\n    changes: [src/shipping/dronescheduler/**/*]",
            ["src/shipping/common"],
        ),
        ("except: {changes: [src/shipping/common/*]}", ["src/shipping/common"]),
        ("except: {changes: [docs/**/*]}", []),
        ("only: [tags]", []),
        ("only:\n    refs: [schedules]\n    changes: [docs/*]", []),
        ("except: [schedules]", []),
        ("only:\n    variables: ['$CI_COMMIT_TAG']\n    changes: [docs/*]", []),
    ],
)
def test_only_and_except(repo: Monorepo, keywords: str, left_out: list[str]) -> None:
    assert [one for _, one in missed(repo, f"build:\n  {keywords}\n{SCRIPT}")] == left_out


def test_anchors_extends_and_references(repo: Monorepo) -> None:
    filtered = "- changes: [src/shipping/dronescheduler/**/*]"
    for text in (
        f".x: &x\n  rules:\n  {filtered}\nbuild:\n  <<: *x\n{SCRIPT}",
        f".x:\n  rules:\n  {filtered}\n.y:\n  extends: .x\nbuild:\n  extends: [.y]\n{SCRIPT}",
        f".x:\n  rules:\n  {filtered}\nbuild:\n  rules:\n  - !reference [.x, rules]\n{SCRIPT}",
        f".x:\n  rules:\n  {filtered}\nbuild:\n  rules: !reference [.x, rules]\n{SCRIPT}",
        f"spec:\n  inputs: {{}}\n---\nbuild:\n  rules:\n  {filtered}\n{SCRIPT}",
    ):
        assert [one for _, one in missed(repo, text)] == ["src/shipping/common"]


def test_circles_come_to_an_end(repo: Monorepo) -> None:
    text = "a:\n  extends: b\n  rules: !reference [a, rules]\n"
    text += "b:\n  extends: a\n  script: !reference [b, script]\n"
    repo.commit({FILE: f"include: {FILE}\n{text}"})
    assert all(not one.rule.is_mistake for one in repo.lint().findings)


def test_variables_of_the_file_are_filled_in(repo: Monorepo) -> None:
    text = (
        "variables:\n  DIR: src/shipping\nbuild:\n  variables: {NAME: {value: dronescheduler}}\n"
        f"  rules:\n  - changes: ['$DIR/${{NAME}}/**/*']\n{SCRIPT}"
    )
    assert [one for _, one in missed(repo, text)] == ["src/shipping/common"]


@pytest.mark.parametrize("pattern", ["$UNKNOWN/**/*", "'{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}'"])
def test_a_pattern_that_cannot_be_judged_is_said(repo: Monorepo, pattern: str) -> None:
    repo.commit({FILE: f"build:\n  rules:\n  - changes:\n    - docs/*\n    - {pattern}\n{SCRIPT}"})
    [note] = repo.lint().findings
    assert (note.rule, note.line) == (LintRule.NOT_LOOKED_INTO, 5)


def test_included_files_count(repo: Monorepo) -> None:
    job = f"build:\n  rules:\n  - changes: [src/shipping/dronescheduler/**/*]\n{SCRIPT}"
    repo.commit({"ci/build.yml": job})
    for include in (
        "include: ci/build.yml\n",
        "include: {local: /ci/build.yml}\n",
        "include:\n- local: ci/*.yml\n",
        "include: [{local: '/ci/**.yml'}]\n",
    ):
        found = repo.found(LintRule.MISSED_INPUT, {FILE: include})
        assert [(one.file, one.line) for one in found] == [("ci/build.yml", 3)]


def test_the_including_file_s_own_keys_win(repo: Monorepo) -> None:
    repo.commit({"ci/build.yml": f"build:\n  rules:\n  - changes: [docs/*]\n{SCRIPT}"})
    assert missed(repo, "include: ci/build.yml\nbuild:\n  rules:\n  - when: always\n") == []


@pytest.mark.parametrize(
    "include",
    [
        "{project: group/ci, file: build.yml}",
        "{remote: 'https://example.org/x.yml'}",
        "https://example.org/x.yml",
        "{template: Jobs/Build.gitlab-ci.yml}",
        "{component: example.org/group/build@1}",
        "{local: nowhere.yml}",
    ],
)
def test_an_include_that_is_not_here_is_not_looked_into(repo: Monorepo, include: str) -> None:
    repo.commit({FILE: f"include:\n- {include}\nbuild:\n  script: docker build .\n"})
    [note] = repo.lint().findings
    assert (note.rule, note.line) == (LintRule.NOT_LOOKED_INTO, 2)


def test_gitlab_s_own_scanning_template_scans(repo: Monorepo) -> None:
    repo.commit(
        {
            FILE: "include:\n- template: Jobs/Container-Scanning.gitlab-ci.yml\n"
            "build:\n  script: docker build .\n"
        }
    )
    assert repo.lint().findings == ()


def test_a_pipeline_that_a_job_starts_is_behind_its_filter(repo: Monorepo) -> None:
    child = f"build:\n  rules:\n  - if: $CI_PIPELINE_SOURCE == 'parent_pipeline'\n{SCRIPT}"
    path = "src/shipping/dronescheduler/.gitlab-ci.yml"
    repo.commit({path: child})
    rules = "rules:\n  - changes: [src/shipping/dronescheduler/**/*]\n"
    text = f"scheduler:\n  trigger:\n    include: {path}\n  {rules}"
    assert missed(repo, text) == [(5, "src/shipping/common")]
    repo.commit({FILE: text.replace(f"include: {path}", "project: group/other")})
    assert [one.rule for one in repo.lint().findings] == [LintRule.NOT_LOOKED_INTO, LintRule.MISSED_INPUT]


def test_a_pipeline_that_ci_plan_makes_runs_the_flow(repo: Monorepo) -> None:
    text = (
        "plan:\n  script:\n  - ./inv ci.plan --matrix gitlab >.build/services.yml\n"
        "build:\n  trigger:\n    include: [{artifact: .build/services.yml, job: plan}]\n"
    )
    repo.commit({FILE: text + "other:\n  script: docker build .\n"})
    assert repo.lint().findings == ()
    repo.commit({FILE: text.replace("./inv ci.plan --matrix gitlab", "./make-it")})
    assert [one.rule for one in repo.lint().findings] == [LintRule.NOT_LOOKED_INTO]


def test_a_nested_configuration_that_nobody_starts_is_read_itself(repo: Monorepo) -> None:
    [found] = repo.found(LintRule.NO_SCAN, {"src/.gitlab-ci.yml": "build:\n  script: docker build .\n"})
    assert (found.file, found.line) == ("src/.gitlab-ci.yml", 2)


@pytest.mark.parametrize(
    ("path", "fix"),
    [
        (
            "/src/shipping/delivery/**/*",
            "paths begin at the root, without a slash: src/shipping/delivery/**/*",
        ),
        ("src/shipping/delivery", "a folder's files are src/shipping/delivery/**/*"),
        ("src/shipping/deliveri/**/*", "did you mean src/shipping/delivery?"),
        ("'src/[x/**/*'", "nothing in src is called so"),
    ],
)
def test_a_path_that_never_matches(repo: Monorepo, path: str, fix: str) -> None:
    rule = f"- if: $CI_PIPELINE_SOURCE == 'schedule'\n    changes:\n    - {path}\n"
    text = f"build:\n  rules:\n  {rule}  script: make\n"
    [found] = repo.found(LintRule.DEAD_PATH, {FILE: text})
    assert (found.line, found.fix) == (5, fix)


@pytest.mark.parametrize(
    ("condition", "written"),
    [
        ('$CI_COMMIT_BRANCH == "mastr"', "mastr"),
        ('$CI_COMMIT_BRANCH == "refs/heads/master"', "refs/heads/master"),
        ("$CI_COMMIT_BRANCH =~ /^relelase\\//", "^relelase\\/"),
        ("$CI_COMMIT_BRANCH =~ /^(featur|topik)\\/delivery/", "^(featur|topik)\\/delivery"),
        ("$CI_COMMIT_BRANCH =~ /^release\\/delivery\\/\\d+/", "^release\\/delivery\\/\\d+"),
        ('$CI_MERGE_REQUEST_TARGET_BRANCH_NAME == "main"', "main"),
        ("$CI_PIPELINE_SOURCE == 'push' && $CI_COMMIT_REF_NAME == 'release/*'", "release/*"),
    ],
)
def test_rules_that_compare_with_no_branch(repo: Monorepo, condition: str, written: str) -> None:
    text = f"build:\n{SCRIPT}  rules:\n  - if: '{condition.replace(chr(39), chr(39) * 2)}'\n"
    [found] = repo.found(LintRule.DEAD_BRANCH, {FILE: text})
    assert found.line == 6
    assert found.message.startswith(f"the condition's {written!r} can never match")


def test_rules_that_compare_with_branches(repo: Monorepo) -> None:
    for condition in (
        "$CI_COMMIT_BRANCH == 'master'",
        "$CI_COMMIT_BRANCH =~ /^release\\/delivery\\/v\\d+\\.\\d+\\.\\d+$/",
        "$CI_COMMIT_BRANCH =~ /delivery/",
        "$CI_COMMIT_BRANCH =~ /^feature\\/delivery\\/JIRA-\\d+/i",
        "$CI_COMMIT_BRANCH != 'nobody'",
        "$CI_COMMIT_REF_NAME == 'v1.0'",
        "$CI_COMMIT_TAG =~ /^v/",
        "$OTHER == 'mastr'",
    ):
        text = f'build:\n{SCRIPT}  rules:\n  - if: "{condition.replace(chr(92), chr(92) * 2)}"\n'
        expected = ["nobody"] if "nobody" in condition else []
        found = repo.found(LintRule.DEAD_BRANCH, {FILE: text})
        assert [w for w in expected if w in str(found)] == expected and len(found) == len(expected)


@pytest.mark.parametrize(
    ("ref", "dead"),
    [
        ("master", False),
        ("mastr", True),
        ("release/*", True),
        ("/^release\\/.*$/", False),
        ("/^relelase\\/.*$/", True),
        ("v1.0", False),
        ("branches", False),
        ("merge_requests", False),
        ("master@group/project", False),
    ],
)
def test_refs_of_only(repo: Monorepo, ref: str, dead: bool) -> None:
    found = repo.found(LintRule.DEAD_BRANCH, {FILE: f"build:\n  only:\n  - {ref}\n{SCRIPT}"})
    assert [one.line for one in found] == ([3] if dead else [])


def test_a_condition_about_branches_that_is_not_understood_is_said(repo: Monorepo) -> None:
    for condition in ("$CI_COMMIT_BRANCH = 'x'", "$CI_COMMIT_BRANCH =~ /(?!x)/"):
        repo.commit({FILE: f'build:\n  script: make\n  rules:\n  - if: "{condition}"\n  - if: "$A ="\n'})
        [note] = repo.lint().findings
        assert (note.rule, note.line) == (LintRule.NOT_LOOKED_INTO, 4)


@pytest.mark.parametrize(
    ("rules", "built"),
    [
        ("rules: [{if: $CI_PIPELINE_SOURCE == 'merge_request_event'}]", True),
        ("rules: [{if: $CI_MERGE_REQUEST_IID}]", True),
        ("rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]", False),
        ("rules: [{if: $CI_COMMIT_TAG}]", False),
        ("rules: [{if: $CI_PIPELINE_SOURCE == 'merge_request_event', when: never}, {when: always}]", False),
        ("rules: [{when: manual}]", True),
        ("only: [master]", False),
        ("only: [merge_requests]", True),
        ("except: [merge_requests]", False),
    ],
)
def test_whether_a_merge_request_builds_the_image(repo: Monorepo, rules: str, built: bool) -> None:
    tests = "t:\n  rules: [{if: $CI_PIPELINE_SOURCE == 'merge_request_event'}]\n"
    tests += "  script: docker build --target testrunner .\n"
    found = repo.found(LintRule.NO_IMAGE, {FILE: f"{tests}i:\n  {rules}\n  script: docker build .\n"})
    assert (found == []) is built


def test_without_pipelines_of_merge_requests_the_branch_s_counts(repo: Monorepo) -> None:
    tests = "t:\n  script: docker build --target testrunner .\n"
    image = "i:\n  script: docker build .\n"
    assert repo.found(LintRule.NO_IMAGE, {FILE: tests + image}) == []
    assert len(repo.found(LintRule.NO_IMAGE, {FILE: tests + image + "  only: [master]\n"})) == 1
    assert len(repo.found(LintRule.NO_IMAGE, {FILE: tests + image + "  only: ['/^release/']\n"})) == 1


def test_the_rules_of_the_whole_pipeline_count_too(repo: Monorepo) -> None:
    whole = "workflow:\n  rules:\n  - if: $CI_COMMIT_BRANCH == 'master'\n"
    text = "t:\n  script: docker build --target testrunner .\n"
    assert repo.found(LintRule.NO_IMAGE, {FILE: whole + text}) == []
    for rule, found in (("$CI_COMMIT_BRANCH", 0), ("$CI_MERGE_REQUEST_IID", 1), ("$CI_PIPELINE_SOURCE", 1)):
        whole = f"workflow:\n  rules:\n  - if: {rule}\n"
        image = "i:\n  only: [branches]\n  script: docker build .\n"
        assert len(repo.found(LintRule.NO_IMAGE, {FILE: whole + text + image})) == found
    whole = "workflow:\n  rules:\n  - changes: [src/shipping/dronescheduler/**/*]\n"
    assert missed(repo, f"{whole}build:\n{SCRIPT}") == [(3, "src/shipping/common")]


def test_words_that_are_no_jobs(repo: Monorepo) -> None:
    text = "stages: [a]\nimage: x\ndefault:\n  before_script: docker build .\nvariables: {A: b}\n"
    text += ".hidden:\n  script: docker build .\n"
    repo.commit({FILE: text})
    assert repo.lint().findings == ()
    repo.commit({FILE: text + "job:\n  script: make\n"})
    assert [one.rule for one in repo.lint().findings] == [LintRule.NO_SCAN]
