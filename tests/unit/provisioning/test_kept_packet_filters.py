"""The script that stands before Cilium's compiler (recipes/cilium/clang), with a compiler that counts."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import CommandLog, Completed, Processes
from build_tasks.recipes import FOLDER

#: What stands for clang: its preprocessor leaves out lines with //, its objects are the source in capitals.
_COMPILER = r"""#!/bin/sh
set -eu
echo "$*" >>{calls}
case " $* " in *" --version "*) echo "clang {version}"; exit ;; esac
for word in "$@"; do case $word in *.c) source=$word ;; esac; done
grep -q error "$source" && {{ echo "does not compile" >&2; exit 7; }}
case " $* " in
    *" -E "*) grep -v // "$source" ;;
    *) tr a-z A-Z <"$source" ;;
esac
"""


@dataclass
class Agent:
    """Compiles as Cilium's agent does."""

    folder: Path
    script: Path

    def compile(self, source: str, *flags: str, **env: str) -> Completed:
        file = self.folder / "bpf_lxc.c"
        file.write_text(source)
        return self.run(*flags, "-c", str(file), "-o", "-", **env)

    def run(self, *words: str, **env: str) -> Completed:
        return Processes(CommandLog(None)).run([self.script, *words], env=env, check=False)

    def install(self, version: str) -> None:
        compiler = self.folder / "clang"
        compiler.write_text(_COMPILER.format(calls=self.folder / "calls", version=version))
        compiler.chmod(0o755)

    @property
    def kept(self) -> list[Path]:
        return sorted((self.folder / "kept").iterdir())

    @property
    def compiled(self) -> int:
        """How often the compiler really compiled."""
        calls = (self.folder / "calls").read_text().splitlines()
        return sum("-c" in call.split() and "-E" not in call.split() for call in calls)


@pytest.fixture
def agent(tmp_path: Path) -> Agent:
    text = (FOLDER / "cilium/clang").read_text()
    for old, new in (("/usr/lib/llvm-19/bin/clang", "clang"), ("/var/cache/packet-filters", "kept")):
        assert text.count(f"={old}") == 1
        text = text.replace(f"={old}", f"={tmp_path / new}")
    script = tmp_path / "script"
    script.write_text(text)
    script.chmod(0o755)
    (tmp_path / "kept").mkdir()
    agent = Agent(tmp_path, script)
    agent.install("19")
    return agent


def test_the_same_is_compiled_once(agent: Agent) -> None:
    assert [agent.compile("filter\n", "-O2").stdout for _ in range(2)] == ["FILTER\n", "FILTER\n"]
    assert agent.compiled == 1


def test_comments_and_paths_do_not_count(agent: Agent) -> None:
    agent.compile("// 10.244.0.7\nfilter\n", "-I/templates/a")
    again = agent.compile("// 10.244.0.9\nfilter\n", "-I/templates/b")
    assert (again.status, again.stdout) == (0, "// 10.244.0.7\nFILTER\n")
    assert agent.compiled == 1


def test_another_source_flag_or_compiler_is_compiled(agent: Agent) -> None:
    agent.compile("filter\n", "-O2")
    assert agent.compile("other\n", "-O2").stdout == "OTHER\n"
    agent.compile("filter\n", "-O2", "-mcpu=v3")
    agent.install("20")
    agent.compile("filter\n", "-O2")
    assert agent.compiled == len(agent.kept) == 4


def test_a_failure_is_told_once_and_nothing_of_it_is_kept(agent: Agent) -> None:
    failed = agent.compile("an error\n")
    assert (failed.status, failed.stdout, failed.stderr) == (7, "", "does not compile\n")
    assert agent.kept == []


def test_where_nothing_can_be_kept_it_compiles(agent: Agent) -> None:
    """The cache may be deleted at any moment, and then the node's folder is one that is gone."""
    shutil.rmtree(agent.folder / "kept")
    for _ in range(2):
        assert agent.compile("filter\n").stdout == "FILTER\n"
    assert agent.compiled == 2


@pytest.mark.parametrize("broken", ["sha256sum", "mktemp", "mv", "sync", "touch", "find"])
def test_what_keeps_may_fail(agent: Agent, broken: str) -> None:
    program = agent.folder / "bin" / broken
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    for source in ("filter\n", "other\n", "filter\n"):
        done = agent.compile(source, PATH=f"{program.parent}:{os.environ['PATH']}")
        assert (done.status, done.stdout) == (0, source.upper())


def test_an_empty_object_is_none(agent: Agent) -> None:
    """A machine that crashed may leave one."""
    agent.compile("filter\n")
    agent.kept[0].write_text("")
    assert agent.compile("filter\n").stdout == "FILTER\n"


def test_all_else_goes_through(agent: Agent) -> None:
    assert agent.run("--version").stdout == "clang 19\n"
    agent.compile("filter\n", "-E")
    assert agent.kept == []


def test_what_was_not_used_for_long_goes(agent: Agent) -> None:
    for source in ("old\n", "used\n"):
        agent.compile(source)
    long_ago = time.time() - 40 * 24 * 3600
    for object_ in agent.kept:
        os.utime(object_, (long_ago, long_ago))
    agent.compile("used\n")
    agent.compile("new\n")
    assert sorted(object_.read_text() for object_ in agent.kept) == ["NEW\n", "USED\n"]
