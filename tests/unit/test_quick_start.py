"""What `./inv` leaves out of Invoke is not missed, and is there for whoever asks for it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from build_tasks.adapters.programs.process import CommandLog, Completed, Processes

ROOT = Path(__file__).parents[2]
STARTED = """
import json, sys
from build_tasks.quick_start import without_what_is_not_needed
before = list(sys.meta_path)
with without_what_is_not_needed():
    import invoke
slow = ("asyncio", "email", "importlib.metadata", "unittest.mock", "invoke.vendor.yaml")
told = sorted(name for name in sys.modules if name.startswith(slow))
assert sys.meta_path == before
from unittest.mock import Mock
from importlib import metadata
assert metadata.version("invoke") == invoke.__version__ and metadata.version("rich")
from invoke.util import yaml
print(json.dumps([told, Mock(return_value=3)(), yaml.safe_load("a: [1, 2]")]))
"""


def python(*words: str, cwd: Path | None = None, check: bool = True) -> Completed:
    return Processes(CommandLog(None)).run(
        [sys.executable, "-P", *words], cwd=cwd, env={"PYTHONPATH": str(ROOT)}, check=check
    )


def test_what_takes_long_is_not_imported() -> None:
    told, _, _ = json.loads(python("-c", STARTED).stdout)
    assert told == ["invoke.vendor.yaml"], "asked for, but not run"


def test_both_libraries_are_what_they_are_afterwards() -> None:
    _, mocked, loaded = json.loads(python("-c", STARTED).stdout)
    assert (mocked, loaded) == (3, {"a": [1, 2]})


def test_a_version_that_no_folder_tells_is_asked_for_as_ever() -> None:
    code = """
import sys
from build_tasks.quick_start import without_what_is_not_needed
with without_what_is_not_needed():
    from importlib import metadata
    assert "email" not in sys.modules
    try:
        metadata.version("no_such_package")
    except Exception as error:
        print(type(error).__name__)
from importlib.metadata import distribution
print(distribution("invoke").name)
"""
    assert python("-c", code).stdout.split() == ["PackageNotFoundError", "invoke"]


def test_who_mocks_already_goes_on_mocking() -> None:
    code = "import unittest.mock as theirs\n" + STARTED + "\nassert sys.modules['unittest.mock'] is theirs"
    told, _, _ = json.loads(python("-c", code).stdout)
    assert "unittest.mock" in told


def test_invoke_s_own_configuration_file_still_counts(tmp_path: Path) -> None:
    (tmp_path / "invoke.yaml").write_text("greeting: hello from the file\n")
    (tmp_path / "tasks.py").write_text(
        "from invoke import task\n\n\n@task\ndef greet(context):\n    print(context.greeting)\n"
    )
    done = python("-m", "build_tasks", "--search-root", os.fspath(tmp_path), "greet", cwd=tmp_path)
    assert done.stdout == "hello from the file\n"


def test_ctrl_c_while_everything_is_imported_shows_no_traceback() -> None:
    code = """
import runpy
import build_tasks.completion
def interrupted(words):
    raise KeyboardInterrupt
build_tasks.completion.answered = interrupted
runpy.run_module("build_tasks", run_name="__main__")
"""
    done = python("-c", code, check=False)
    assert (done.status, done.stderr) == (130, "")
