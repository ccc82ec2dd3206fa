"""The lines of shell in generated pipelines, run as the systems run them."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from shutil import which

import pytest

from build_tasks.adapters.programs.process import Completed, Processes
from build_tasks.planning.pipelines.azure import azure
from build_tasks.planning.pipelines.github import github
from build_tasks.planning.pipelines.gitlab import gitlab, gitlab_child
from build_tasks.planning.pipelines.matrix import Leg
from tests.fakes.pipelines import pipeline
from tests.unit.planning.pipelines.reading import Tree, every, read

SERVICE = "$(touch pwned); `touch pwned`; delivery"
#: Stands for the tasks: writes down how it was called, and answers what it is told to.
INV = """#!/bin/sh
printf '%s\\n' "$*" >>calls
for word in "$@"; do printf '<%s>' "$word" >>words; done
[ -z "${FAIL:-}" ] || exit 3
[ "$1" != ci.plan ] || printf '%s\\n' "$MATRIX"
"""


class Agent:
    """A folder with ``./inv`` in it, and the shells of three systems."""

    def __init__(self, folder: Path, processes: Processes) -> None:
        self.folder, self._processes = folder, processes
        (folder / "inv").write_text(INV)
        (folder / "inv").chmod(0o755)
        (folder / "temp").mkdir()

    def run(self, shell: str, script: str, env: Mapping[str, str]) -> Completed:
        path = {"PATH": f"{Path(which('git') or 'git').parent}:/usr/bin:/bin"}
        words = [*shell.split(), "-c", script]
        return self._processes.run(words, cwd=self.folder, env={**path, **env}, check=False)

    def github(self, script: str, **env: str) -> Completed:
        """https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax, ``shell``."""
        files = {"GITHUB_ENV": "env", "GITHUB_OUTPUT": "output", "RUNNER_TEMP": str(self.folder / "temp")}
        return self.run("bash -e", script, {**files, **env})

    def azure(self, script: str, **env: str) -> Completed:
        """The task Bash@3 sets no options."""
        return self.run("bash --noprofile --norc", script, env)

    def gitlab(self, lines: list[str], **env: str) -> Completed:
        """before_script and script are one script."""
        return self.run("sh -e", "\n".join(lines), {"CI_PROJECT_DIR": str(self.folder), **env})

    @property
    def calls(self) -> list[str]:
        file = self.folder / "calls"
        return file.read_text().splitlines() if file.exists() else []

    def text(self, name: str) -> str:
        file = self.folder / name
        return file.read_text() if file.exists() else ""


@pytest.fixture
def agent(tmp_path: Path, processes: Processes) -> Agent:
    return Agent(tmp_path, processes)


def workflow(name: str) -> Tree:
    jobs = read(github(pipeline())[f".github/workflows/{name}.yml"])["jobs"]
    assert isinstance(jobs, dict)
    return jobs


def step(job: Tree, name: str) -> str:
    """The script of a step of GitHub's."""
    [found] = [s["run"] for s in job["steps"] if s["name"] == name]
    assert isinstance(found, str)
    return found


def bash(part: str) -> str:
    """The script of the Azure step that has ``part`` in it."""
    [found] = [s for s in every(read(azure(pipeline())["azure-pipelines.yml"]), "bash") if part in s]
    assert isinstance(found, str)
    return found


OUTCOMES = [
    ("success", "success", True, True),
    ("success", "skipped", False, True),
    ("success", "skipped", True, False),
    ("success", "failure", True, False),
    ("success", "cancelled", True, False),
    ("failure", "skipped", False, False),
    ("cancelled", "skipped", True, False),
    ("skipped", "skipped", True, False),
]


@pytest.mark.parametrize(("plan", "services", "some", "passes"), OUTCOMES)
def test_the_gate_passes_only_what_passed(
    agent: Agent, plan: str, services: str, some: bool, passes: bool
) -> None:
    """A job that did not run is right only where there was nothing to do."""
    script = step(workflow("pull-request")["gate"], "Tell the outcome of the jobs before")
    matrix = '[{"name": "a", "only": "a"}]' if some else "[]"
    matrix = matrix if plan == "success" else ""
    done = agent.github(script, PLAN=plan, SERVICES=services, MATRIX=matrix)
    assert (done.status == 0) == passes
    assert f"plan: {plan}; services: {services}" in done.stdout


WORDS = {"success": "Succeeded", "skipped": "Skipped", "failure": "Failed", "cancelled": "Canceled"}


@pytest.mark.parametrize(("plan", "services", "some", "passes"), OUTCOMES)
def test_so_does_azure_s(agent: Agent, plan: str, services: str, some: bool, passes: bool) -> None:
    script = bash("expected=Succeeded")
    matrix = ('{"a": {}}' if some else "{}") if plan == "success" else ""
    done = agent.azure(script, PLAN=WORDS[plan], SERVICES=WORDS[services], MATRIX=matrix)
    assert (done.status == 0) == passes
    if passes:
        issues = agent.azure(
            script,
            PLAN="SucceededWithIssues",
            SERVICES=f"{WORDS[services]}WithIssues" if services == "success" else "Skipped",
            MATRIX=matrix,
        )
        assert issues.status == 0


def test_github_s_plan_hands_on_the_matrix(agent: Agent) -> None:
    script = step(workflow("build")["plan"], "Say what is to be done, and why")
    matrix = '[{"name": "delivery", "only": "delivery"}]'
    assert agent.github(script, MATRIX=matrix).status == 0
    assert agent.text("output") == f"services={matrix}\n"
    assert agent.calls == ["ci.plan", "ci.plan --matrix github"]


def test_a_plan_that_fails_fails_the_job(agent: Agent) -> None:
    script = step(workflow("build")["plan"], "Say what is to be done, and why")
    assert agent.github(script, MATRIX="", FAIL="1").status == 3
    main = {"BUILD_REASON": "BatchedCI", "BUILD_SOURCEBRANCH": "refs/heads/main"}
    assert agent.azure(bash("ci.plan"), MATRIX="", FAIL="1", PASSED="nowhere", **main).status == 3
    lines = read(gitlab(pipeline())[".gitlab-ci.yml"])["plan"]["script"]
    assert agent.gitlab(lines, MATRIX="", FAIL="1").status == 3


@pytest.mark.parametrize("known", [True, False])
def test_azure_compares_main_with_what_passed_last(agent: Agent, known: bool) -> None:
    git = "git -c user.name=a -c user.email=a@b"
    agent.run("sh -e", f"git init -q . && {git} commit -q --allow-empty -m first", {"HOME": "/nowhere"})
    commit = agent.run("sh -e", "git rev-parse HEAD", {}).stdout.strip()
    passed = agent.folder / "passed"
    passed.mkdir()
    (passed / "commit").write_text(f"{commit if known else 'd' * 40}\n")
    flags = f"--no-deliver --base={commit}" if known else "--no-deliver"
    main = {"BUILD_REASON": "BatchedCI", "BUILD_SOURCEBRANCH": "refs/heads/main"}
    done = agent.azure(bash("ci.plan"), MATRIX='{"a": {}}', PASSED=str(passed), **main)
    assert done.status == 0
    assert agent.calls == [f"ci.plan {flags}", f"ci.plan {flags} --matrix azure"]
    assert '##vso[task.setvariable variable=matrix;isOutput=true]{"a": {}}' in done.stdout.splitlines()
    assert f"##vso[task.setvariable variable=flags;isOutput=true]{flags}" in done.stdout.splitlines()


@pytest.mark.parametrize(
    ("reason", "branch"),
    [("BatchedCI", "feature/delivery/x"), ("Manual", "main"), ("Schedule", "main"), ("BatchedCI", "main")],
)
def test_azure_compares_everything_else_as_the_tasks_do_by_themselves(
    agent: Agent, reason: str, branch: str
) -> None:
    """The last one is the first run: nothing was noted yet."""
    env = {"BUILD_REASON": reason, "BUILD_SOURCEBRANCH": f"refs/heads/{branch}"}
    assert agent.azure(bash("ci.plan"), MATRIX="{}", PASSED="nowhere", **env).status == 0
    assert agent.calls == ["ci.plan --no-deliver", "ci.plan --no-deliver --matrix azure"]


def test_github_s_secrets_become_files_for_this_user_alone(agent: Agent) -> None:
    script = step(workflow("build")["services"], "Put secrets into files")
    done = agent.github(script, BUILD_TASKS_BUILDER_KEY="line one\nline two", REGISTRY_LOGIN='{"auths": {}}')
    assert (done.status, done.stdout, done.stderr) == (0, "", "")
    said = dict(line.split("=", 1) for line in agent.text("env").splitlines())
    key, login = Path(said["BUILD_TASKS_BUILDER_KEY"]), Path(said["DOCKER_CONFIG"]) / "config.json"
    assert (key.read_text(), login.read_text()) == ("line one\nline two\n", '{"auths": {}}\n')
    assert {stat.S_IMODE(file.stat().st_mode) for file in (key, login)} == {0o600}


def test_a_secret_that_is_not_set_is_not_needed(agent: Agent) -> None:
    script = step(workflow("build")["services"], "Put secrets into files")
    assert agent.github(script, BUILD_TASKS_BUILDER_KEY="", REGISTRY_LOGIN="").status == 0
    assert agent.text("env") == "" and list((agent.folder / "temp").iterdir()) == []


def test_what_somebody_typed_stays_a_word(agent: Agent) -> None:
    """A service or version with shell in it reaches the task as it is, and is refused there."""
    script = step(workflow("promote")["promote"], "Promote")
    agent.github(script, SERVICE=SERVICE, VERSION="1.0 $(touch pwned)")
    assert agent.text("words") == f"<{SERVICE}.promote><--version><1.0 $(touch pwned)>"
    assert not (agent.folder / "pwned").exists()


def test_a_branch_with_shell_in_its_name_stays_a_word(agent: Agent) -> None:
    """git allows it: `release/delivery/v$(touch${IFS}pwned)`."""
    version = "1.0.2$(touch${IFS}pwned)"
    agent.azure(
        bash(".promote"), SERVICE="delivery", BUILD_SOURCEBRANCH=f"refs/heads/release/delivery/v{version}"
    )
    promote = read(gitlab(pipeline())[".gitlab-ci.yml"])["promote"]["script"]
    agent.gitlab(promote, RELEASED_SERVICE="delivery", CI_COMMIT_BRANCH=f"release/delivery/v{version}")
    assert agent.calls == [f"delivery.promote --version {version}"] * 2
    assert not (agent.folder / "pwned").exists()


def test_gitlab_s_jobs_work_on_their_services_with_their_login(agent: Agent) -> None:
    key, login = agent.folder / "key", agent.folder / "login"
    for file in (key, login):
        file.write_text("secret\n")
        file.chmod(0o666)
    child = read(gitlab_child(pipeline(), [Leg("a-and-1-more", "a,b")], reviewed=True))
    job = child["service a-and-1-more"]
    lines = [*job["before_script"], *job["script"], 'echo "$DOCKER_CONFIG"']
    env = {
        "BUILD_TASKS_BUILDER_KEY": str(key),
        "REGISTRY_LOGIN": str(login),
        **job["variables"],
        "MATRIX": "",
    }
    done = agent.gitlab(lines, **env)
    assert agent.calls == ["platform.tools", "ci.run --only a,b --no-deliver"]
    assert stat.S_IMODE(key.stat().st_mode) == 0o600, "ssh-keygen takes no key that others may read"
    assert (Path(done.stdout.strip()) / "config.json").read_text() == "secret\n"
    agent.gitlab(job["after_script"])
    assert not Path(done.stdout.strip()).exists()


def test_gitlab_s_jobs_without_secrets_keep_the_agent_s_own_login(agent: Agent) -> None:
    child = read(gitlab_child(pipeline(), [Leg("a", "a")], reviewed=False))
    job = child["service a"]
    lines = [*job["before_script"], *job["script"], 'echo "${DOCKER_CONFIG-the own}"']
    assert agent.gitlab(lines, **job["variables"], MATRIX="").stdout == "the own\n"
