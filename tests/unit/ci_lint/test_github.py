"""GitHub Actions: filters, checks, reusable workflows and actions of the same repository."""

from __future__ import annotations

import pytest

from build_tasks.model.ci_lint import LintRule
from tests.unit.ci_lint.monorepo import Monorepo

FILE = ".github/workflows/dronescheduler.yml"
STEPS = (
    "    runs-on: ubuntu-24.04\n    steps:\n"
    "    - run: docker build -f src/shipping/dronescheduler/Dockerfile .\n    - run: grype x\n"
)
JOBS = f"jobs:\n  build:\n{STEPS}"


def missed(repo: Monorepo, on: str, jobs: str = JOBS) -> list[tuple[int, str]]:
    found = repo.found(LintRule.MISSED_INPUT, {FILE: f"on:\n{on}{jobs}"})
    return [(one.line, one.message.partition(" is built from ")[2].partition(" ")[0]) for one in found]


@pytest.mark.parametrize(
    ("paths", "left_out"),
    [
        ("paths: ['src/shipping/dronescheduler/**']", ["src/shipping/common"]),
        ("paths: ['src/shipping/dronescheduler/**', 'src/shipping/common/**']", []),
        ("paths: ['src/shipping/*/**']", []),
        ("paths: ['**']", []),
        ("paths: ['**', '!src/shipping/common/**']", ["src/shipping/common"]),
        ("paths: ['!src/shipping/common/**', '**']", []),
        ("paths: ['**', '!src/shipping/common/**', 'src/shipping/common/log.py']", []),
        ("paths-ignore: ['docs/**']", []),
        ("paths-ignore: ['src/shipping/common/**']", ["src/shipping/common"]),
        ("paths: ['src/shipping/dronescheduler/*']", ["src/shipping/common", "src/shipping/dronescheduler"]),
    ],
)
def test_the_last_pattern_that_matches_decides(repo: Monorepo, paths: str, left_out: list[str]) -> None:
    assert missed(repo, f"  push:\n    {paths}\n") == [(3, one) for one in left_out]


def test_each_event_has_its_filter(repo: Monorepo) -> None:
    on = (
        "  push:\n    branches: [master]\n  pull_request:\n    paths:\n"
        "    - src/shipping/dronescheduler/**\n  workflow_dispatch:\n"
    )
    assert missed(repo, on) == [(5, "src/shipping/common")]


@pytest.mark.parametrize("on", ["on: push\n", "on: [push, pull_request]\n", "'on':\n  push:\n", ""])
def test_events_without_filters(repo: Monorepo, on: str) -> None:
    repo.commit({FILE: on + JOBS})
    assert repo.lint().findings == ()


def test_an_action_of_docker_names_what_it_builds(repo: Monorepo) -> None:
    jobs = (
        "env: {FILE: src/shipping/dronescheduler/Dockerfile}\njobs:\n  b:\n    steps:\n"
        "    - uses: docker/build-push-action@v6\n      with: {file: '${{ env.FILE }}'}\n"
    )
    assert missed(repo, "  push:\n    paths: ['src/shipping/dronescheduler/**']\n", jobs) == [
        (3, "src/shipping/common")
    ]
    jobs = jobs.replace(
        "file: '${{ env.FILE }}'", "context: '{{defaultContext}}:src/shipping/dronescheduler'"
    )
    assert missed(repo, "  push:\n    paths: ['src/shipping/dronescheduler/app/**']\n", jobs) == [
        (3, "src/shipping/common"),
        (3, "src/shipping/dronescheduler"),
    ]


def test_a_command_in_the_service_s_folder_names_it(repo: Monorepo) -> None:
    on = "  push:\n    paths: ['src/shipping/dronescheduler/app/**']\n"
    for step in (
        "    - run: docker build .\n      working-directory: ./src/shipping/dronescheduler\n",
        "    - run: |\n        cd src/shipping/dronescheduler\n        docker build .\n",
        "    - run: docker build -f dronescheduler/Dockerfile .\n      working-directory: src/shipping\n",
        "    - run: ./inv dronescheduler.image\n",
    ):
        assert len(missed(repo, on, f"jobs:\n  b:\n    steps:\n{step}")) == 2


def test_a_linter_s_filter_is_about_no_service(repo: Monorepo) -> None:
    repo.commit(
        {FILE: "on:\n  push:\n    paths: ['**/*.py']\njobs:\n  ruff:\n    steps:\n    - run: ruff check\n"}
    )
    assert repo.lint().findings == ()


@pytest.mark.parametrize(
    ("path", "fix"),
    [
        ("/src/shipping/delivery/**", "paths begin at the root, without a slash: src/shipping/delivery/**"),
        ("./docs/**", "paths begin at the root, without a slash: docs/**"),
        ("src/shipping/delivery", "a folder's files are src/shipping/delivery/**"),
        ("src/shipping/delivery/", "a folder's files are src/shipping/delivery/**"),
        ("!src/shiping/**", "did you mean src/shipping?"),
        ("SRC/**", "git tells upper from lower case: src"),
        ("${{ env.X }}/**", "filters cannot hold variables: write the path out"),
    ],
)
def test_a_path_that_never_matches(repo: Monorepo, path: str, fix: str) -> None:
    text = f"on:\n  push:\n    paths:\n    - '**'\n    - '{path}'\n{JOBS}"
    [found] = repo.found(LintRule.DEAD_PATH, {FILE: text})
    assert (found.line, found.fix) == (5, fix)


@pytest.mark.parametrize(
    ("branch", "fix"),
    [
        ("release/*", "* stops at a slash: release/**"),
        ("feature/*", "* stops at a slash: feature/**"),
        ("mastr", "did you mean master?"),
        ("refs/heads/master", "did you mean master?"),
        ("!relelase/**", "did you mean release/**?"),
    ],
)
def test_branches_that_cannot_be(repo: Monorepo, branch: str, fix: str) -> None:
    text = f"on:\n  push:\n    branches:\n    - master\n    - '{branch}'\n{JOBS}"
    [found] = repo.found(LintRule.DEAD_BRANCH, {FILE: text})
    assert (found.line, found.fix) == (5, fix)


def test_branches_that_can_be(repo: Monorepo) -> None:
    branches = "master, 'release/*/v*', 'feature/**', 'topic/delivery/*', 'release/delivery/v[0-9]+.**'"
    pull_request = "pull_request:\n    branches-ignore: ['feature/**']\n"
    text = f"on:\n  push:\n    branches: [{branches}, '**']\n  {pull_request}{JOBS}"
    assert repo.found(LintRule.DEAD_BRANCH, {FILE: text}) == []


@pytest.mark.parametrize(
    ("condition", "written"),
    [
        ("github.ref == 'refs/heads/mastr'", "refs/heads/mastr"),
        ("${{ github.ref == 'master' }}", "master"),
        ("startsWith(github.ref, 'refs/head/release/')", "refs/head/release/"),
        ("github.base_ref == 'refs/heads/master'", "refs/heads/master"),
        ("github.event_name == 'push' && 'refs/relelase/x' == github.ref", "refs/relelase/x"),
    ],
)
def test_conditions_that_compare_with_no_branch(repo: Monorepo, condition: str, written: str) -> None:
    text = f"on: push\njobs:\n  build:\n    if: {condition}\n{STEPS}"
    [found] = repo.found(LintRule.DEAD_BRANCH, {FILE: text})
    assert found.line == 4
    assert found.message.startswith(f"the condition's {written!r} can never match")


def test_conditions_that_compare_with_branches(repo: Monorepo) -> None:
    for condition in (
        "github.ref == 'refs/heads/master'",
        "startsWith(github.ref, 'refs/tags/')",
        "startsWith(github.ref, 'refs/heads/release/')",
        "github.ref_name == 'master'",
        "endsWith(github.ref, '/v1.0.2')",
        "contains(github.ref, 'release')",
        "github.head_ref == 'dependabot/x'",
    ):
        assert (
            repo.found(LintRule.DEAD_BRANCH, {FILE: f"on: push\njobs:\n  b:\n    if: {condition}\n{STEPS}"})
            == []
        )


@pytest.mark.parametrize(
    ("filters", "line", "message"),
    [
        ("paths: [docs/**]\n    paths-ignore: [src/**]", 4, "both paths and paths-ignore"),
        ("branches: [master]\n    branches-ignore: [x]", 4, "both branches and branches-ignore"),
        ("paths: ['[a_b]']", 3, "GitHub refuses the pattern '[a_b]'"),
    ],
)
def test_filters_that_github_refuses(repo: Monorepo, filters: str, line: int, message: str) -> None:
    [found] = repo.found(LintRule.REFUSED_FILTER, {FILE: f"on:\n  push:\n    {filters}\n{JOBS}"})
    assert found.line == line and message in found.message


HELD = "on:\n  pull_request:\n    paths: ['src/**']\n"


def test_a_required_check_that_stays_pending(repo: Monorepo) -> None:
    """Without a word in the configuration every job of a pull request is taken to be required."""
    [found] = repo.found(LintRule.PENDING_CHECK, {FILE: f"{HELD}{JOBS}  other:\n{STEPS}"})
    assert found.line == 3
    assert found.message == (
        "a pull request that this filter holds back waits for ever for the required checks 'build', 'other'"
    )


@pytest.mark.parametrize(
    ("required", "name", "pending"),
    [
        ("gate", "build", False),
        ("build", "build", True),
        ("build *", "build ${{ matrix.service }}", True),
        ("build delivery", "build ${{ matrix.service }}", True),
        ("test *", "build ${{ matrix.service }}", False),
    ],
)
def test_which_checks_are_required_is_configured(
    repo: Monorepo, required: str, name: str, pending: bool
) -> None:
    repo.require(required)
    text = f"{HELD}jobs:\n  x:\n    name: {name}\n{STEPS}"
    assert bool(repo.found(LintRule.PENDING_CHECK, {FILE: text})) is pending


def test_none_is_required(repo: Monorepo) -> None:
    repo.require()
    assert repo.found(LintRule.PENDING_CHECK, {FILE: HELD + JOBS}) == []


def test_a_matrix_names_its_checks(repo: Monorepo) -> None:
    repo.require("build (delivery)")
    text = f"{HELD}jobs:\n  build:\n    strategy: {{matrix: {{service: [delivery]}}}}\n{STEPS}"
    [found] = repo.found(LintRule.PENDING_CHECK, {FILE: text})
    assert "'build (*)'" in found.message


def test_another_workflow_reports_the_check(repo: Monorepo) -> None:
    """GitHub's own advice: a second workflow with the same job, for all other changes."""
    repo.commit({FILE: HELD + JOBS})
    other = ".github/workflows/skipped.yml"
    ignoring = HELD.replace("paths:", "paths-ignore:")
    for on, pending in (
        (ignoring, 0),
        ("on: pull_request\n", 0),
        ("on: push\n", 1),
        (ignoring.replace("src", "docs"), 2),
    ):
        repo.commit({other: f"{on}jobs:\n  build:\n    steps:\n    - run: exit 0\n"})
        assert len([f for f in repo.lint().findings if f.rule is LintRule.PENDING_CHECK]) == pending


def test_pull_requests_to_other_branches_need_no_check(repo: Monorepo) -> None:
    text = "on:\n  pull_request:\n    branches: ['release/**']\n    paths: ['src/**']\n" + JOBS
    assert repo.found(LintRule.PENDING_CHECK, {FILE: text}) == []


def test_a_pull_request_that_is_closed_waits_for_nothing(repo: Monorepo) -> None:
    held = HELD.replace("    paths", "    types: [closed]\n    paths")
    assert repo.found(LintRule.PENDING_CHECK, {FILE: held + JOBS}) == []
    held = held.replace("closed", "closed, synchronize")
    assert len(repo.found(LintRule.PENDING_CHECK, {FILE: held + JOBS})) == 1


def test_a_push_s_filter_holds_no_check_back(repo: Monorepo) -> None:
    text = "on:\n  push: {paths: ['src/**']}\n  pull_request:\n" + JOBS
    assert repo.found(LintRule.PENDING_CHECK, {FILE: text}) == []


def test_a_job_that_a_condition_skips_reports_success(repo: Monorepo) -> None:
    text = f"on: pull_request\njobs:\n  build:\n    if: github.event_name == 'push'\n{STEPS}"
    assert repo.found(LintRule.PENDING_CHECK, {FILE: text}) == []


@pytest.mark.parametrize(
    ("condition", "built"),
    [
        ("github.event_name != 'pull_request'", False),
        ("github.event_name == 'push'", False),
        ("github.ref == 'refs/heads/master'", False),
        ("startsWith(github.ref, 'refs/pull/')", True),
        ("github.event_name == 'pull_request'", True),
        ("needs.changes.outputs.delivery == 'true'", True),
        ("github.actor != 'dependabot[bot]'", True),
    ],
)
@pytest.mark.parametrize("level", ["job", "step"])
def test_whether_a_pull_request_builds_the_image(
    repo: Monorepo, condition: str, built: bool, level: str
) -> None:
    step = "    steps:\n    - run: docker build .\n"
    at = f"    if: {condition}\n{step}" if level == "job" else f"{step}      if: ${{{{ {condition} }}}}\n"
    text = f"on: [push, pull_request]\njobs:\n  b:\n{at}  s:\n    steps:\n    - run: grype x\n"
    assert (repo.found(LintRule.NO_IMAGE, {FILE: text}) == []) is built


def test_a_workflow_that_only_tests_is_enough_where_another_builds(repo: Monorepo) -> None:
    tests = "on: pull_request\njobs:\n  t:\n    steps:\n    - run: docker build --target testrunner .\n"
    [found] = repo.found(LintRule.NO_IMAGE, {FILE: tests})
    assert (found.line, found.message) == (
        1,
        "pull requests are built and tested here, but the image is built by no pipeline for them",
    )
    image = "on: pull_request\njobs:\n  i:\n    steps:\n    - run: docker build .\n    - run: grype x\n"
    assert repo.found(LintRule.NO_IMAGE, {".github/workflows/image.yml": image}) == []


def test_pull_request_target_runs_on_the_branch(repo: Monorepo) -> None:
    text = (
        "on: pull_request_target\njobs:\n  b:\n    if: github.event_name == 'pull_request'\n    steps:\n"
        "    - run: docker build .\n    - run: grype x\n"
    )
    assert len(repo.found(LintRule.NO_IMAGE, {FILE: text})) == 1


def test_a_reusable_workflow_of_the_repository_is_looked_into(repo: Monorepo) -> None:
    called = ".github/workflows/build.yml"
    repo.commit({called: f"on: workflow_call\n{JOBS.replace('grype x', 'true')}"})
    caller = (
        "on:\n  pull_request:\n    paths: ['src/shipping/dronescheduler/**']\n"
        "jobs:\n  ci:\n    uses: ./.github/workflows/build.yml\n"
    )
    repo.commit({FILE: caller})
    found = {one.rule: one for one in repo.lint().findings}
    assert set(found) == {LintRule.MISSED_INPUT, LintRule.NO_SCAN, LintRule.PENDING_CHECK}
    assert (found[LintRule.NO_SCAN].file, found[LintRule.NO_SCAN].line) == (called, 6)
    assert "'ci / build'" in found[LintRule.PENDING_CHECK].message


def test_a_composite_action_of_the_repository_is_looked_into(repo: Monorepo) -> None:
    repo.commit(
        {"ci/build/action.yml": "runs:\n  using: composite\n  steps:\n  - run: |\n      docker build .\n"}
    )
    [found] = repo.found(
        LintRule.NO_SCAN, {FILE: "on: push\njobs:\n  b:\n    steps:\n    - uses: ./ci/build\n"}
    )
    assert (found.file, found.line) == ("ci/build/action.yml", 5)


@pytest.mark.parametrize(
    ("job", "message"),
    [
        (
            "    uses: org/repo/.github/workflows/x.yml@v1\n",
            "the workflow org/repo/.github/workflows/x.yml@v1",
        ),
        ("    uses: ./.github/workflows/nowhere.yml\n", "the workflow ./.github/workflows/nowhere.yml"),
        ("    steps:\n    - uses: ./nowhere\n", "the action ./nowhere"),
        ("    steps:\n    - uses: ./node\n", "the action ./node"),
    ],
)
def test_what_is_elsewhere_is_not_looked_into(repo: Monorepo, job: str, message: str) -> None:
    repo.commit({"node/action.yml": "runs: {using: node20, main: x.js}\n"})
    repo.commit({FILE: f"on: pull_request\njobs:\n  a:\n    steps:\n    - run: docker build .\n  b:\n{job}"})
    [note] = repo.lint().findings
    assert note.rule is LintRule.NOT_LOOKED_INTO
    assert note.message == f"{message}: what it does is not known"


def test_a_workflow_that_calls_itself(repo: Monorepo) -> None:
    repo.commit({FILE: f"on: push\njobs:\n  a:\n    uses: ./{FILE}\n"})
    assert {one.rule for one in repo.lint().findings} == {LintRule.NOT_LOOKED_INTO}


def test_files_elsewhere_below_github_are_no_workflows(repo: Monorepo) -> None:
    repo.commit({".github/dependabot.yml": "version: 2\n", ".github/workflows/sub/x.yml": "on: push\n"})
    assert repo.lint().files == ()
