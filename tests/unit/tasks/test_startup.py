"""`inv --list` and a press of Tab must not wait for libraries that only running tasks need."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench.monorepo import Monorepo
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.model.tests import TestOutcome, TestSummary
from build_tasks.steps.artifacts.inputs import recipe
from build_tasks.steps.artifacts.test_results import results_of
from build_tasks.wiring import Composition

ROOT = Path(__file__).parents[3]
LISTING = """
import io, json, sys
from contextlib import redirect_stdout
from build_tasks.tasks.program import InvProgram
try:
    with redirect_stdout(io.StringIO()) as shown:
        InvProgram().run(["inv", "--search-root", sys.argv[1], "--list"])
except SystemExit as end:
    assert not end.code, end.code
assert "repo.check" in shown.getvalue()
print(json.dumps(sorted(sys.modules)))
"""
#: Not yaml: Invoke itself looks for its C part.
HEAVY = {
    "jsonschema",
    "junitparser",
    "lark",
    "msgspec",
    "pydantic",
    "pyhelm3",
    "requests",
    "rich",
    "tenacity",
    "tomli_w",
    "truststore",
}


def test_listing_tasks_imports_no_library_that_a_task_needs() -> None:
    done = Processes(CommandLog(None)).run([sys.executable, "-c", LISTING, ROOT])
    modules = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert modules & HEAVY == set()


def test_listing_tasks_imports_no_adapter_and_no_step() -> None:
    done = Processes(CommandLog(None)).run([sys.executable, "-c", LISTING, ROOT])
    ours = {name for name in json.loads(done.stdout) if name.startswith("build_tasks.")}
    assert not {name for name in ours if name.startswith(("build_tasks.adapters.", "build_tasks.steps."))}


ASKING = """
import io, json, sys
from contextlib import redirect_stdout
sys.argv[1:] = ["--search-root", sys.argv[1], "ci.affected", "--base", "HEAD"]
from build_tasks.tasks.program import InvProgram
try:
    with redirect_stdout(io.StringIO()) as shown:
        InvProgram().run()
except SystemExit as end:
    assert not end.code, end.code
assert "services; 0 paths changed since" in shown.getvalue(), shown.getvalue()
print(json.dumps(sorted(sys.modules)))
"""
#: What `ci.affected` may import of our own packages that others need more of.
ADAPTERS = {
    *("git", "git.command", "git.repository"),
    *("machine", "machine.credentials", "machine.operating_system"),
    *("programs", "programs.command_log", "programs.deadline"),
    *("programs.interruptions", "programs.pipes", "programs.process", "programs.running"),
}


def test_asking_what_is_affected_imports_no_more_than_it_needs() -> None:
    """It is asked once a push, in repositories with hundreds of services."""
    done = Processes(CommandLog(None)).run([sys.executable, "-c", ASKING, ROOT])
    loaded = json.loads(done.stdout)
    assert {name.partition(".")[0] for name in loaded} & HEAVY <= {"msgspec"}
    ours = "build_tasks.adapters."
    adapters = {name.removeprefix(ours) for name in loaded if name.startswith(ours)}
    assert adapters == ADAPTERS | {"git.changes", "git.working_tree"}
    tasks = {name.split(".")[2] for name in loaded if name.startswith("build_tasks.tasks.")}
    assert not tasks & {"service", "all_services", "application", "release", "platform", "repo", "demo"}
    assert "build_tasks.steps.workbench" not in loaded


TESTING = """
import io, json, sys
from contextlib import redirect_stderr
sys.argv[1:] = ["--search-root", sys.argv[1], "service-001.test"]
from build_tasks.tasks.program import InvProgram
try:
    with redirect_stderr(io.StringIO()) as shown:
        InvProgram().run()
except SystemExit as end:
    assert not end.code, end.code
assert "unchanged inputs passed before: 3 passed" in shown.getvalue(), shown.getvalue()
print(json.dumps(sorted(sys.modules)))
"""


def test_knowing_that_tests_passed_before_takes_no_program_that_tests(tmp_path: Path) -> None:
    """It is typed after every change of something else."""
    processes = Processes(CommandLog(None))
    Monorepo(processes, tmp_path / "repository", services=10, files=100).make()
    basis = Composition(tmp_path / "repository").basis
    service = basis.services["service-001"]
    results = results_of(basis, service, recipe(basis, service))
    run = results.parent / "run" / "one"
    run.mkdir(parents=True)
    results.keep(run, TestSummary(TestOutcome.PASSED, 3, 0, 0, 0.1), b"<testsuites/>")
    done = processes.run([sys.executable, "-c", TESTING, tmp_path / "repository"])
    loaded = json.loads(done.stdout)
    assert {name.partition(".")[0] for name in loaded} & HEAVY <= {"msgspec"}
    ours = {name.removeprefix("build_tasks.") for name in loaded if name.startswith("build_tasks.")}
    makers = {"docker", "helm", "kubernetes", "registry", "scanning", "signing"}
    assert ours & {f"adapters.{name}" for name in makers} == set()
    assert ours & {"steps.execute", "steps.artifacts.test", "wiring.flow", "wiring.platform"} == set()
