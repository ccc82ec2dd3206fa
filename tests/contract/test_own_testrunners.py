"""The entrypoints of the services' testrunners, each with a program that tells its words as framework."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import Processes
from build_tasks.planning.dockerfiles.dockerfile import TESTRUNNER
from build_tasks.planning.dockerfiles.text import instructions
from build_tasks.steps.artifacts.test import FILTER, FILTER_LABEL, FROM_ENVIRONMENT

ROOT = Path(__file__).parents[2]
RUNNERS = {
    "delivery": ("python", "-k {}"),
    "ingestion": ("python", "-k {}"),
    "workflow": ("python", "-k {}"),
    "package": ("node_modules/.bin/vitest", "--testNamePattern={}"),
    "dronescheduler": ("gotestsum", "-run={}"),
}
GREETER = Path("tests", "integration", "greeter", "Dockerfile")
EXPRESSIONS = ["put", "put and not 'slow'", "$(id) *", 'a "b" \\d+']


def stage(dockerfile: Path) -> dict[str, str]:
    """The last value of each instruction of the testrunner stage."""
    found: dict[str, str] = {}
    inside = False
    for instruction in instructions(dockerfile.read_text()):
        if instruction.name == "FROM":
            inside = instruction.value.lower().endswith(f" as {TESTRUNNER}")
        elif inside:
            found[instruction.name] = instruction.value
    return found


def words(processes: Processes, folder: Path, dockerfile: Path, program: str, expression: str) -> list[str]:
    """What the testrunner's entrypoint runs its framework with."""
    told = folder / "bin" / program
    told.parent.mkdir(parents=True, exist_ok=True)
    told.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    told.chmod(0o755)
    env = {
        "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
        "RESULTS_DIR": str(folder / "results"),
        FILTER: expression,
    }
    argv = [
        word.replace("/results ", f"{folder}/results ")
        for word in json.loads(stage(dockerfile)["ENTRYPOINT"])
    ]
    done = processes.run([*argv, "more"], what="run the tests", env=env, cwd=folder / "bin")
    return done.stdout.splitlines()


@pytest.mark.parametrize("service", RUNNERS)
def test_every_service_takes_a_filter_and_says_so(service: str) -> None:
    assert (
        stage(ROOT / "services" / service / "Dockerfile")["LABEL"] == f'{FILTER_LABEL}="{FROM_ENVIRONMENT}"'
    )


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("service", RUNNERS)
def test_the_framework_gets_the_expression_as_it_is(
    processes: Processes, tmp_path: Path, service: str, expression: str
) -> None:
    program, option = RUNNERS[service]
    dockerfile = ROOT / "services" / service / "Dockerfile"
    every = words(processes, tmp_path, dockerfile, program, "")
    some = words(processes, tmp_path, dockerfile, program, expression)
    added = [part.format(expression) for part in option.split(" ")]
    assert "more" in every
    at = next(n for n in range(len(some)) if some[n : n + len(added)] == added)
    assert some[:at] + some[at + len(added) :] == every


def test_a_service_in_another_language_can_do_the_same(processes: Processes, tmp_path: Path) -> None:
    """The one that the integration tests bring along."""
    assert stage(ROOT / GREETER)["LABEL"] == f'{FILTER_LABEL}="{FROM_ENVIRONMENT}"'
    some = words(processes, tmp_path, ROOT / GREETER, "bats", "puts a")
    assert some[-3:] == ["--filter", "puts a", "tests"]
