"""`inv` in the environments that CI systems set, in clones as agents make them. No platform is needed."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.programs.user_commands import UserCommands
from build_tasks.errors import ExitCode
from tests.fakes import ci_environments as ci
from tests.fakes.ci_agents import azure_commands, github_commands
from tests.fakes.ci_environments import Environment
from tests.integration.conftest import ROOT, Terminal

DOCKERFILE = "FROM scratch AS build\nCOPY {folder} .\nFROM build AS testrunner\nFROM build AS final\n"
SETTINGS = """\
[tool.build_tasks]
application = "drones"
[tool.build_tasks.environments.qa]
cluster = "devtest"
namespace = "qa"
[tool.build_tasks.environments.prod]
cluster = "prod"
namespace = "backend"
production = true
"""
CANDIDATE = ["build", "test", "image", "scan", "package"]
PUBLISHED = [*CANDIDATE, "publish"]
X = "feature/delivery/x"


@dataclass(frozen=True)
class Repository:
    """A scratch repository of two services, and the commits that tests are about.

    :param terminal: an agent's clone of it.
    :param start: main's first commit; ``before``: the one before its tip; ``tip``: origin's main.
    :param head: of the branch ``feature/delivery/x``, which left main at ``start`` and changed ``delivery``.
    :param merge: what merging that would make.
    """

    terminal: Terminal
    start: str
    before: str
    tip: str
    head: str
    merge: str

    def plan(self, environ: Environment, *words: str) -> dict[str, Any]:
        typed = self.terminal.inv("ci.plan", "--json", *words, **environ)
        assert typed.status == 0, typed.said
        plan = json.loads(typed.out)
        assert isinstance(plan, dict)
        return plan

    def at(self, commit: str) -> None:
        """As agents do: a commit, no branch."""
        self.terminal.git("checkout", "--quiet", "--detach", commit)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    folder = tmp_path_factory.mktemp("ci")
    author = Terminal(folder / "author")
    author.folder.mkdir()
    author.git("init", "--quiet", "--initial-branch", "main")
    (author.folder / "pyproject.toml").write_text(SETTINGS)
    (author.folder / "tasks.py").write_bytes((ROOT / "tasks.py").read_bytes())
    for name in ("delivery", "package"):
        service = author.folder / "services" / name
        (service / "chart").mkdir(parents=True)
        (service / "service.toml").write_text(f'name = "{name}"\nkind = "api"\nowner = "shipping"\n')
        (service / "Dockerfile").write_text(DOCKERFILE.format(folder=f"services/{name}/src"))
        (service / "chart" / "Chart.yaml").write_text(f"apiVersion: v2\nname: {name}\nversion: 0.0.0\n")
    start = _commit(author, "services/delivery/src/app.py", "services/package/src/app.py")
    author.git("checkout", "--quiet", "-b", X)
    head = _commit(author, "services/delivery/src/app.py")
    author.git("checkout", "--quiet", "main")
    before = _commit(author, "services/package/src/app.py")
    tip = _commit(author, "README.md")
    author.git("checkout", "--quiet", "--detach", "main")
    author.git("merge", "--quiet", "--no-ff", "-m", "Merge", head)
    merge = author.git("rev-parse", "HEAD")
    author.git("update-ref", "refs/pull/7/merge", merge)
    clone = folder / "agent"
    author.git("clone", "--quiet", str(author.folder), str(clone))
    agent = Terminal(clone)
    agent.git("fetch", "--quiet", "origin", "+refs/pull/*:refs/remotes/pull/*")
    return Repository(agent, start, before, tip, head, merge)


def _commit(author: Terminal, *paths: str) -> str:
    for path in paths:
        file = author.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{file.read_text() if file.exists() else ''}changed\n")
    author.git("add", "--all")
    author.git("commit", "--quiet", "-m", f"Change {paths[-1]}")
    return author.git("rev-parse", "HEAD")


def _verbs(plan: dict[str, Any], service: str) -> list[str]:
    return [action["verb"] for action in plan["actions"] if action["service"] == service]


def test_github_push_of_two_commits_to_main(made: Repository, tmp_path: Path) -> None:
    made.at(made.tip)
    plan = made.plan(ci.github_push(tmp_path, "main", made.start))
    assert (_verbs(plan, "package"), _verbs(plan, "delivery")) == (PUBLISHED, [])
    assert (plan["event"]["base"], plan["event"]["actor"]) == (made.start, "octocat")


def test_github_pull_request_on_its_merge_ref(made: Repository, tmp_path: Path) -> None:
    """The event names a base that main has left behind since; only the pull request's change counts."""
    made.at(made.merge)
    environ = ci.github_pull_request(tmp_path, X)
    event = Path(environ["GITHUB_EVENT_PATH"])
    event.write_text(event.read_text().replace(ci.BEFORE, made.before))
    plan = made.plan(environ)
    assert (_verbs(plan, "delivery"), _verbs(plan, "package")) == (CANDIDATE, [])
    assert plan["because"] == f"pull request #7 from {X} into main"
    assert (plan["event"]["base"], plan["event"]["head"]) == (made.tip, made.merge)


def test_azure_pull_request_on_its_merge_ref(made: Repository) -> None:
    made.at(made.merge)
    plan = made.plan(ci.azure_pull_request(X))
    assert (_verbs(plan, "delivery"), _verbs(plan, "package")) == (CANDIDATE, [])
    assert plan["event"]["pull_request"] == "17"


def test_azure_push_to_main_builds_what_it_cannot_rule_out(made: Repository) -> None:
    made.at(made.tip)
    plan = made.plan(ci.azure("BatchedCI", "refs/heads/main"))
    assert _verbs(plan, "delivery") == _verbs(plan, "package") == PUBLISHED
    assert "does not say what was there before" in plan["actions"][0]["reason"]


def test_azure_push_to_a_feature_branch(made: Repository) -> None:
    made.at(made.head)
    plan = made.plan(ci.azure("IndividualCI", f"refs/heads/{X}"))
    assert [action["verb"] for action in plan["actions"]] == ["build", "test"]
    assert plan["event"]["base"] == made.start


def test_gitlab_merge_request_on_its_source_branch(made: Repository) -> None:
    made.at(made.head)
    shas = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": made.start}
    plan = made.plan(ci.gitlab_merge_request(X, **shas))
    assert (_verbs(plan, "delivery"), plan["event"]["pull_request"]) == (CANDIDATE, "3")
    elsewhere = made.plan(ci.gitlab_merge_request(X, "topic/delivery/big", **shas))
    assert elsewhere["actions"] == [] and "which is not main" in elsewhere["because"]


def test_gitlab_push_of_two_commits_to_main(made: Repository) -> None:
    made.at(made.tip)
    plan = made.plan(ci.gitlab_branch("push", "main", made.start))
    assert (_verbs(plan, "package"), _verbs(plan, "delivery")) == (PUBLISHED, [])


def test_a_shallow_clone_says_that_it_is_one(made: Repository, tmp_path: Path) -> None:
    """As actions/checkout makes it unless it is told otherwise."""
    shallow = Terminal(tmp_path / "shallow")
    url = f"file://{made.terminal.folder.parent / 'author'}"
    made.terminal.git("clone", "--quiet", "--depth", "1", url, str(shallow.folder))
    plan = replace(made, terminal=shallow).plan(ci.github_push(tmp_path, "main", made.start))
    assert _verbs(plan, "delivery") == _verbs(plan, "package") == PUBLISHED
    assert "this clone is shallow" in plan["actions"][0]["reason"]
    assert "git fetch --unshallow" in plan["actions"][0]["reason"]
    assert plan["event"]["lack"] == "shallow-clone"


@pytest.mark.parametrize("system", ["github", "azure", "gitlab"])
def test_tags_and_what_is_gone_build_nothing(made: Repository, tmp_path: Path, system: str) -> None:
    made.at(made.tip)
    environ = {
        "github": ci.github_push(tmp_path, "release/delivery/v1.0.2", made.tip, deleted=True, after=ci.ZEROS),
        "azure": ci.azure("IndividualCI", "refs/tags/v1.0.2"),
        "gitlab": ci.gitlab("push", CI_COMMIT_TAG="v1.0.2", CI_COMMIT_REF_NAME="v1.0.2"),
    }[system]
    assert made.plan(environ)["actions"] == []


@pytest.mark.parametrize("system", ["github", "azure", "gitlab"])
def test_flags_win(made: Repository, tmp_path: Path, system: str) -> None:
    made.at(made.tip)
    environ = {
        "github": ci.github_push(tmp_path, "main", made.start),
        "azure": ci.azure("IndividualCI", "refs/heads/main"),
        "gitlab": ci.gitlab_branch("push", "main", made.start),
    }[system]
    plan = made.plan(environ, "--base", made.before)
    assert plan["actions"] == []
    release = made.plan(environ, "--branch", "release/delivery/v1.0.2", "--no-deliver")
    assert [action["verb"] for action in release["actions"]] == [*CANDIDATE, "push"]


def test_a_ci_that_nobody_knows_is_as_a_shell(made: Repository) -> None:
    made.terminal.git("checkout", "--quiet", "-B", "main", made.tip)
    jenkins = {"CI": "true", "JENKINS_URL": "https://ci.example", "BRANCH_NAME": X, "GIT_COMMIT": made.head}
    plan = made.plan(jenkins)
    assert (plan["event"]["branch"], plan["event"]["base"]) == ("main", made.before)
    made.at(made.tip)
    refused = made.terminal.inv("ci.plan", **jenkins)
    assert refused.status == ExitCode.USAGE and "say --branch" in refused.err
    assert made.plan(jenkins, "--branch", "main")["event"]["base"] == made.before


def test_a_refusal_is_an_annotation(made: Repository, tmp_path: Path) -> None:
    made.at(made.tip)
    wrong = "release/delivery/v1.0"
    github = made.terminal.inv("ci.run", **ci.github_push(tmp_path, wrong, ci.ZEROS))
    assert github.status == ExitCode.USAGE
    [error] = github_commands(github.err)
    assert error.properties["title"] == f"read the release branch {wrong}" and "SemVer" in error.data
    azure = made.terminal.inv("ci.run", **ci.azure("IndividualCI", f"refs/heads/{wrong}"))
    assert [command.name for command in azure_commands(azure.err)] == ["task.logissue"]
    gitlab = made.terminal.inv("ci.run", **ci.gitlab_branch("push", wrong))
    assert (
        gitlab.status == ExitCode.USAGE and github_commands(gitlab.said) == azure_commands(gitlab.said) == []
    )


def test_a_job_with_nothing_to_do_has_its_summary(made: Repository, tmp_path: Path) -> None:
    made.at(made.tip)
    done = made.terminal.inv("ci.run", **ci.github_push(tmp_path, "docs/x"))
    assert done.status == 0, done.said
    summary = (tmp_path / "step_summary").read_text(encoding="utf-8")
    assert "branch docs/x is none that triggers a build" in summary and "Nothing to do." in summary


def test_the_demonstration_s_agents_are_not_the_one_it_runs_on(made: Repository, tmp_path: Path) -> None:
    made.at(made.tip)
    environ = {**os.environ, **ci.github_push(tmp_path, "release/delivery/v1.0")}
    commands = UserCommands(Processes(CommandLog(None), environ), Path("ssh-keygen"))
    typed = commands.inv(made.terminal.folder, ["ci.plan", "--branch", "main"], lambda _line: None)
    assert (typed.status, typed.lines[0]) == (0, "a push to main, which is always releasable")
