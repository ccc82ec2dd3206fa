"""Generated pipelines are what each system accepts, as far as that can be known without the system."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import Processes
from build_tasks.model.ci import CiSystem
from build_tasks.model.pipelines import CiSettings
from build_tasks.planning.pipelines.gitlab import gitlab_child
from build_tasks.planning.pipelines.matrix import Leg
from build_tasks.planning.pipelines.systems import WRITERS
from tests.contract.fixtures_pipelines import Checker, actionlint, check_schema
from tests.fakes.pipelines import EVERYTHING, ODD, OWN_AGENTS, pipeline

__all__ = ["actionlint", "check_schema"]

ROOT = Path(__file__).parents[2]
AZURE, GITHUB, GITLAB = CiSystem.AZURE, CiSystem.GITHUB, CiSystem.GITLAB
#: As check-jsonschema's own hooks for these systems are set.
FLAGS = {
    AZURE: (
        *("--builtin-schema", "vendor.azure-pipelines"),
        *("--data-transform", "azure-pipelines", "--regex-variant", "nonunicode"),
    ),
    GITHUB: ("--builtin-schema", "vendor.github-workflows"),
    GITLAB: (
        *("--builtin-schema", "vendor.gitlab-ci"),
        *("--data-transform", "gitlab-ci", "--regex-variant", "nonunicode"),
    ),
}
#: What actionlint 1.7.12 does not know: GitHub added `queue` to `concurrency` in 2026 (its schema has it),
#: and a runner may have whatever label somebody gave it.
UNKNOWN: tuple[str | Path, ...] = (
    *("-ignore", 'unexpected key "queue" for "concurrency" section'),
    *("-ignore", r'label "(on|1\.0)" is unknown'),
)
#: A line for each finding; nothing that other programs on this machine would say.
ALONE: tuple[str | Path, ...] = ("-oneline", "-shellcheck=", "-pyflakes=")
COMMITTED = {
    AZURE: [ROOT / "azure-pipelines.yml"],
    GITHUB: sorted((ROOT / ".github" / "workflows").glob("*.yml")),
    GITLAB: [ROOT / ".gitlab-ci.yml"],
}
#: Where each system's file breaks if this becomes that.
BREAKING = {
    AZURE: ("lockBehavior: sequential", "lockBehavior: some day"),
    GITHUB: ("contents: read", "contents: sometimes"),
    GITLAB: ("on_new_commit: interruptible", "on_new_commit: perhaps"),
}
SYSTEMS = pytest.mark.parametrize("system", CiSystem)
SETTINGS = pytest.mark.parametrize("ci", [EVERYTHING, OWN_AGENTS, ODD], ids=["everything", "own", "odd"])


def written(folder: Path, system: CiSystem, ci: CiSettings) -> list[Path]:
    """The system's files of a repository with odd names in it."""
    of = pipeline(ci, ["delivery", "no", "drone-scheduler"])
    texts = WRITERS[system](of)
    if system is GITLAB:
        legs = [Leg("no", "no"), Leg("drone-scheduler-and-1-more", "drone-scheduler,delivery")]
        texts["child.yml"] = gitlab_child(of, legs, reviewed=True)
        texts["nothing.yml"] = gitlab_child(of, [], reviewed=False)
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return [folder / path for path in texts]


@SYSTEMS
@SETTINGS
def test_they_are_of_the_published_shape(
    tmp_path: Path, check_schema: Checker, system: CiSystem, ci: CiSettings
) -> None:
    done = check_schema(FLAGS[system], written(tmp_path, system, ci))
    assert done.status == 0, done.stdout[:2000]


@SYSTEMS
def test_so_are_this_repository_s_own(check_schema: Checker, system: CiSystem) -> None:
    assert COMMITTED[system]
    done = check_schema(FLAGS[system], COMMITTED[system])
    assert done.status == 0, done.stdout[:2000]


@SYSTEMS
def test_a_mistake_would_be_told(tmp_path: Path, check_schema: Checker, system: CiSystem) -> None:
    files = written(tmp_path, system, EVERYTHING)
    broken = [file for file in files if BREAKING[system][0] in file.read_text()]
    for file in broken:
        file.write_text(file.read_text().replace(*BREAKING[system]))
    assert broken and check_schema(FLAGS[system], broken).status != 0


@SETTINGS
def test_github_s_expressions_and_contexts_are_right(
    tmp_path: Path, actionlint: Path, processes: Processes, ci: CiSettings
) -> None:
    files = [*written(tmp_path, GITHUB, ci), *COMMITTED[GITHUB]]
    done = processes.run([actionlint, *ALONE, *UNKNOWN, *files], check=False)
    assert (done.status, done.stdout) == (0, "")


def test_a_mistake_in_an_expression_would_be_told(
    tmp_path: Path, actionlint: Path, processes: Processes
) -> None:
    [file] = [file for file in written(tmp_path, GITHUB, EVERYTHING) if file.name == "build.yml"]
    file.write_text(file.read_text().replace("needs.plan.outputs.services", "needs.plans.outputs.services"))
    done = processes.run([actionlint, *ALONE, *UNKNOWN, file], check=False)
    assert 'property "plans" is not defined' in done.stdout
