"""Python modules run as processes of their own."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from servicekit_testing.ports import is_listened_on
from servicekit_testing.waiting import DEADLINE_SECONDS, wait_until


def wait_until_listening(port: int, process: subprocess.Popen[str]) -> None:
    """Return when `port` is listened on, or `process` has ended without."""
    wait_until(
        lambda: process.poll() is not None or is_listened_on(port), f"{process.args!r} listens on {port}"
    )


def start_module(
    name: str,
    *arguments: str,
    environment: Mapping[str, str] = os.environ,
    out: int | TextIO = subprocess.PIPE,
    err: int | TextIO = subprocess.PIPE,
) -> subprocess.Popen[str]:
    """Start `python -m name` with just its package and the kit to import, as in its image."""
    folders = [_folder_of(name.partition(".")[0]), _folder_of("servicekit")]
    path = os.pathsep.join(map(str, dict.fromkeys(folders)))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", name, *arguments],
        env={**environment, "PYTHONPATH": path},
        stdout=out,
        stderr=err,
        text=True,
    )


def run_module(
    name: str, *arguments: str, environment: Mapping[str, str] = os.environ
) -> subprocess.CompletedProcess[str]:
    """Run `python -m name` to its end; its output is expected to be short."""
    with start_module(name, *arguments, environment=environment) as process:
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def _folder_of(package: str) -> Path:
    """Where `package` is imported from."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{package} is not on the path of the tests (pytest.ini, pythonpath)")
    return Path(found.origin).parent.parent
