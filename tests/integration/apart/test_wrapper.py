"""``./inv`` in copies of this repository's door: making ``.venv``, and everything that can get in the way.

The first two tests install the locked packages for real; all others get by with a stand-in for pip's work,
because what they are about is the wrapper.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import CommandLog, Completed, Processes
from tests.integration.conftest import ROOT

TASKS = """
import os
from invoke import Collection, task

@task
def where(context):
    \"\"\"Say where it runs.\"\"\"
    print("cwd", os.getcwd())

ns = Collection(where)
"""
#: A Python whose `venv` makes a `.venv` of one script: it writes down each pip call and then runs what it is
#: asked to with the Python of these tests. A wheel of pip is fetched when the lock names it.
FAKE_PYTHON = """#!/bin/sh
for last in "$@"; do :; done
if [ "$1 $2" = "-m venv" ]; then
    mkdir -p "$last/bin" "$last/lib/python3.x/site-packages"
    cp "$0" "$last/bin/python"
    exit
fi
case "$1 $2" in
    "-m pip"|*/pip-*.whl/pip*)
        echo "$@" >>"$PIP_CALLS"
        sh -c "${PIP_DOES:-true}" sh "$@" || exit
        while [ $# -gt 1 ]; do [ "$1" = --dest ] && wheels=$2; shift; done
        if [ -n "${wheels:-}" ]; then
            mkdir -p "$wheels"
            ! grep -q pip "$last" || touch "$wheels/pip-0-py3-none-any.whl"
        fi
        exit ;;
esac
exec "REAL" "$@"
"""

#: No index answers.
NOWHERE = {
    "PIP_INDEX_URL": "http://127.0.0.1:9/",
    "PIP_NO_INDEX": "1",
    "PIP_FIND_LINKS": "",
    "http_proxy": "http://127.0.0.1:9/",
}

Inv = Callable[..., Completed]


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """A line for each time pip was called."""
    file = tmp_path / "pip-calls"
    file.touch()
    return file


@pytest.fixture
def bin_folder(tmp_path: Path) -> Path:
    """A folder at the front of PATH, with the fake Python under all names that ./inv tries."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("python3.13", "python3.12", "python3.11", "python3"):
        (folder / name).write_text(FAKE_PYTHON.replace("REAL", sys.executable))
        (folder / name).chmod(0o755)
    return folder


def copy_of_the_door(root: Path) -> Path:
    root.mkdir()
    for name in ("inv", "requirements.lock"):
        shutil.copy(ROOT / name, root)
    shutil.copytree(ROOT / "build_tasks", root / "build_tasks", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "tasks.py").write_text(TASKS)
    return root


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the door and one task, in a folder with a difficult name."""
    root = copy_of_the_door(tmp_path / 'a repo\'s "folder"')
    (root / "requirements.lock").write_text("# nothing\n")
    return root


@pytest.fixture
def inv(tmp_path: Path, repository: Path, bin_folder: Path, calls: Path) -> Inv:
    """Runs ./inv with the fake Python."""
    env = {"PATH": f"{bin_folder}:/usr/bin:/bin", "HOME": str(tmp_path), "PIP_CALLS": str(calls)}
    env["PYTHONPATH"] = os.pathsep.join([str(repository), *site_packages()])
    processes = Processes(CommandLog(None), env)

    def run(
        *words: str, cwd: Path = tmp_path, door: Path | str = repository / "inv", **more: str
    ) -> Completed:
        return processes.run([door, *words], cwd=cwd, env=more, check=False, timeout=60)

    return run


def site_packages() -> list[str]:
    return [path for path in sys.path if path.endswith("site-packages")]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In place of ~/.cache, and empty at first."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """This repository's door, used once: what a newcomer has after the first command."""
    root = copy_of_the_door(tmp_path_factory.mktemp("first use") / "repo")
    processes = Processes(CommandLog(None), {**os.environ, "XDG_CACHE_HOME": str(cache)})
    done = processes.run([root / "inv", "where"], cwd=root.parent)
    assert done.stdout == f"cwd {root.parent}\n"
    assert done.stderr.count("\n") == 1
    assert "making .venv" in done.stderr
    return root


def _normal(line: str) -> str:
    """``name==version`` with the name normalised as PEP 503 says."""
    name, _, version = line.partition("==")
    return f"{re.sub(r'[-_.]+', '-', name).lower()}=={version}"


def test_first_use_installs_exactly_the_lock(installed: Path) -> None:
    python = installed / ".venv" / "bin" / "python"
    listed = Processes(CommandLog(None)).run([python, "-m", "pip", "list", "--format=freeze"]).stdout
    have = {_normal(line) for line in listed.splitlines()}
    lines = (installed / "requirements.lock").read_text().splitlines()
    locked = {_normal(line.split(" ")[0]) for line in lines if "==" in line and "win32" not in line}
    assert locked <= have
    assert have == locked


def test_afterwards_it_needs_no_network_and_says_nothing(installed: Path) -> None:
    done = Processes(CommandLog(None)).run([installed / "inv", "where"], cwd=installed, env=NOWHERE)
    assert (done.stdout, done.stderr) == (f"cwd {installed}\n", "")


def test_the_next_clone_with_this_lock_needs_no_network_at_all(
    installed: Path, cache: Path, tmp_path: Path
) -> None:
    clone = copy_of_the_door(tmp_path / "another clone")
    env = {**NOWHERE, "XDG_CACHE_HOME": str(cache)}
    done = Processes(CommandLog(None)).run([clone / "inv", "where"], cwd=clone, env=env)
    assert done.stdout == f"cwd {clone}\n"
    folders = [root / ".venv/lib" for root in (installed, clone)]
    one, other = ({file.name for file in folder.glob("*/site-packages/*-info")} for folder in folders)
    assert one == other != set()


def test_plain_invoke_runs_the_same_tasks(installed: Path) -> None:
    processes = Processes(CommandLog(None))
    for name in ("inv", "invoke"):
        done = processes.run([installed / ".venv" / "bin" / name, "where"], cwd=installed)
        assert done.stdout == f"cwd {installed}\n"


def test_it_stays_in_the_callers_folder(inv: Inv, repository: Path, tmp_path: Path) -> None:
    assert inv("where").stdout == f"cwd {tmp_path}\n"
    assert inv("where", cwd=repository, door="./inv").stdout == f"cwd {repository}\n"


def test_it_may_be_linked_into_a_folder_on_path(inv: Inv, repository: Path, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "middle").symlink_to(repository / "inv")
    (tmp_path / "links" / "inv").symlink_to("middle")
    assert inv("where", door=tmp_path / "links" / "inv").status == 0


def test_modules_lying_in_the_callers_folder_are_not_imported(inv: Inv, tmp_path: Path) -> None:
    for name in ("json.py", "invoke.py", "build_tasks.py", "hashlib.py", "fcntl.py"):
        (tmp_path / name).write_text("raise SystemExit('imported by accident')\n")
    assert inv("where").stdout == f"cwd {tmp_path}\n"


def test_pip_is_held_to_the_hashes_and_called_once_for_each_half(
    inv: Inv, calls: Path, repository: Path
) -> None:
    inv("where")
    inv("where")
    fetch, install = calls.read_text().splitlines()
    for call in (fetch, install):
        assert "--require-hashes --no-deps --only-binary :all:" in call
        assert call.endswith(f"-r {repository}/requirements.lock")
    assert "--no-index" in install


def test_a_changed_lock_makes_it_anew(inv: Inv, calls: Path, repository: Path) -> None:
    inv("where")
    (repository / ".venv" / "leftover").touch()
    (repository / "requirements.lock").write_text("# something else\n")
    assert inv("where").status == 0
    assert [words(call) for call in calls.read_text().splitlines()] == ["download", "install"] * 2
    assert not (repository / ".venv" / "leftover").exists()


def words(call: str) -> str:
    """Which of pip's commands it was."""
    return next(word for word in call.split() if word in ("download", "install"))


#: It names the wheel of pip that the fake one fetches, an empty file.
WITH_PIP = f"pip==0 --hash=sha256:{hashlib.sha256().hexdigest()}\n"


@pytest.mark.parametrize("lock", ["# nothing\n", WITH_PIP])
def test_what_was_fetched_is_kept(inv: Inv, calls: Path, repository: Path, lock: str) -> None:
    (repository / "requirements.lock").write_text(lock)
    inv("where")
    shutil.rmtree(repository / ".venv")
    assert inv("where").status == 0
    assert [words(call) for call in calls.read_text().splitlines()] == ["download", "install", "install"]
    locked = [".whl/pip --python" in call for call in calls.read_text().splitlines()]
    assert locked == [False, "pip" in lock, "pip" in lock]


def test_what_is_kept_and_does_not_do_is_fetched_anew(
    inv: Inv, calls: Path, repository: Path, tmp_path: Path
) -> None:
    inv("where")
    shutil.rmtree(repository / ".venv")
    once = tmp_path / "once"
    fails_once = f"case $* in *--no-index*) test -e {once} || {{ touch {once}; exit 1; }} ;; esac"
    assert inv("where", PIP_DOES=fails_once).status == 0
    made = [words(call) for call in calls.read_text().splitlines()[2:]]
    assert made == ["install", "download", "install"]


def test_a_pip_that_the_lock_does_not_know_is_not_run(
    inv: Inv, calls: Path, repository: Path, tmp_path: Path
) -> None:
    (repository / "requirements.lock").write_text(WITH_PIP)
    inv("where")
    (kept,) = kept_wheels(tmp_path)
    (kept / "pip-0-py3-none-any.whl").write_text("somebody else's")
    shutil.rmtree(repository / ".venv")
    assert inv("where").status == 0
    assert calls.read_text().splitlines()[-1].startswith("-m pip")


def kept_wheels(home: Path) -> list[Path]:
    return sorted((home / ".cache/build-tasks/wheels").iterdir())


def test_locks_that_nobody_used_for_a_month_go(inv: Inv, repository: Path, tmp_path: Path) -> None:
    for lock in ("# one\n", "# two\n"):
        (repository / "requirements.lock").write_text(lock)
        inv("where")
    long_ago = time.time() - 40 * 24 * 3600
    for folder in kept_wheels(tmp_path):
        os.utime(folder, (long_ago, long_ago))
    shutil.rmtree(repository / ".venv")
    inv("where")  # uses that of the second lock
    (repository / "requirements.lock").write_text("# three\n")
    inv("where")
    assert len(kept_wheels(tmp_path)) == 2


@pytest.mark.parametrize("broken", ["touch", "find", "mv", "mkdir"])
def test_keeping_is_no_condition(inv: Inv, calls: Path, bin_folder: Path, broken: str) -> None:
    fake(bin_folder, broken, f'case $* in *wheels*) exit 1 ;; esac; exec /bin/{broken} "$@"')
    assert inv("where").status == 0
    assert len(calls.read_text().splitlines()) == 2


def test_without_a_cache_nothing_is_kept(inv: Inv, repository: Path, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    assert inv("where", XDG_CACHE_HOME="/dev/null/none", TMPDIR=str(tmp_path / "tmp")).status == 0
    assert not any((tmp_path / "tmp").iterdir())


@pytest.mark.parametrize(
    ("system", "given", "folder"),
    [
        ("Linux", "", ".cache"),
        ("Linux", "relative", ".cache"),
        ("Linux", "/own", "own"),
        ("Darwin", "", "Library/Caches"),
        ("Darwin", "/own", "own"),
    ],
)
def test_the_cache_is_the_one_of_the_tasks(
    inv: Inv, bin_folder: Path, tmp_path: Path, system: str, given: str, folder: str
) -> None:
    fake(bin_folder, "uname", f"echo {system}")
    given = f"{tmp_path}{given}" if given.startswith("/") else given
    assert inv("where", XDG_CACHE_HOME=given).status == 0
    assert len(list((tmp_path / folder / "build-tasks/wheels").iterdir())) == 1


def test_the_repository_may_move(inv: Inv, calls: Path, repository: Path, tmp_path: Path) -> None:
    inv("where")
    moved = repository.rename(tmp_path / "moved")
    assert inv("where", door=moved / "inv", PYTHONPATH=os.pathsep.join(site_packages())).status != 13
    assert len(calls.read_text().splitlines()) == 2


def test_a_failed_installation_is_said_and_done_again(inv: Inv, calls: Path) -> None:
    failed = inv("where", PIP_DOES="echo no such host >&2; exit 1")
    assert failed.status == 13
    assert "no such host" in failed.stderr
    assert "needs the network" in failed.stderr
    assert inv("where").status == 0
    assert len(calls.read_text().splitlines()) == 3


@pytest.fixture
def start(tmp_path: Path, repository: Path, bin_folder: Path, calls: Path) -> Callable[..., int]:
    """Starts ./inv in the background; what it says goes to a file."""
    env = {"PATH": f"{bin_folder}:/usr/bin:/bin", "HOME": str(tmp_path), "PIP_CALLS": str(calls)}
    env["PYTHONPATH"] = os.pathsep.join([str(repository), *site_packages()])
    processes = Processes(CommandLog(None), env)

    def run(log: Path, pip_does: str) -> int:
        return processes.spawn([repository / "inv", "where"], log=log, env={"PIP_DOES": pip_does})

    return run


def test_killed_half_way_it_begins_again(
    inv: Inv, start: Callable[..., int], calls: Path, tmp_path: Path
) -> None:
    pid = start(tmp_path / "killed.log", "sleep 1000")
    wait_until(lambda: "pip" in calls.read_text())
    os.killpg(pid, signal.SIGKILL)
    assert inv("where").status == 0
    assert len(calls.read_text().splitlines()) == 3


def test_several_at_once_make_it_once(start: Callable[..., int], calls: Path, tmp_path: Path) -> None:
    logs = [tmp_path / f"{number}.log" for number in range(4)]
    go_on = tmp_path / "go-on"
    for log in logs:
        start(log, f"until test -e '{go_on}'; do sleep 0.05; done")
    wait_until(lambda: sum("waiting" in log.read_text() for log in logs) == 3)
    go_on.touch()
    wait_until(lambda: all("cwd" in log.read_text() for log in logs))
    assert len(calls.read_text().splitlines()) == 2


def fake(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_without_python_it_says_what_to_install(inv: Inv, bin_folder: Path) -> None:
    for name in ("python3.13", "python3.12", "python3.11", "python3"):
        fake(bin_folder, name, "exit 127")
    done = inv("where")
    assert done.status == 13
    assert "no Python 3.11 or later" in done.stderr
    assert "apt-get install python3" in done.stderr


def test_a_shim_that_leads_nowhere_is_passed_over(inv: Inv, bin_folder: Path) -> None:
    fake(bin_folder, "python3.13", "echo 'command not found' >&2; exit 127")
    done = inv("where")
    assert done.status == 0
    assert "command not found" not in done.stderr


@pytest.fixture
def no_ensurepip(bin_folder: Path, tmp_path: Path) -> Mapping[str, str]:
    """Debian without python3-venv, with an apt-get that puts it there."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "ensurepip.py").write_text("raise ImportError\n")
    fake(
        bin_folder,
        "apt-get",
        f'echo "$@" >>{tmp_path}/apt-calls; [ "$2" = update ] || rm {hidden}/ensurepip.py',
    )
    return {"PYTHONPATH": os.pathsep.join([str(hidden), *site_packages()])}


def test_debian_without_venv_root_gets_it_installed(
    inv: Inv, no_ensurepip: Mapping[str, str], bin_folder: Path, repository: Path, tmp_path: Path
) -> None:
    fake(bin_folder, "id", "echo 0")
    more = {"PYTHONPATH": f"{no_ensurepip['PYTHONPATH']}:{repository}"}
    done = inv("where", **more)
    assert done.status == 0
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert (tmp_path / "apt-calls").read_text().splitlines() == [
        "-qq update",
        f"-qq install --yes --no-install-recommends python{version}-venv",
    ]


def test_debian_without_venv_others_are_told(
    inv: Inv, no_ensurepip: Mapping[str, str], bin_folder: Path, tmp_path: Path
) -> None:
    fake(bin_folder, "id", "echo 1000")
    done = inv("where", **no_ensurepip)
    assert done.status == 13
    assert f"apt-get install python{sys.version_info.major}.{sys.version_info.minor}-venv" in done.stderr
    assert not (tmp_path / "apt-calls").exists()
