"""An engine for one test alone, beside the platform's: in the host's network, without one of its own."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from build_tasks.adapters.docker.client import DockerClient
from build_tasks.adapters.programs.process import Processes
from build_tasks.adapters.programs.process_identity import ProcessIdentity
from build_tasks.errors import FlowError
from tests.contract.yard import until

#: It has no bridge, and leaves the machine's packet filter alone: both are the platform's engine's.
_APART = ("--bridge=none", "--iptables=false", "--ip6tables=false")


@pytest.fixture
def forgetful(
    docker_client: DockerClient, processes: Processes, tool: Callable[[str], Path]
) -> Iterator[DockerClient]:
    """An engine that may be made to forget what it built.

    BuildKit forgets every key of its cache when one record is pruned: the platform's engine would build all
    services anew after that. Where no second one can be started, it is made to all the same.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        yield docker_client
        return
    folder = Path(tempfile.mkdtemp(prefix="engine-"))  # short: a socket's path has 107 characters
    host, tools = f"unix://{folder}/socket", tool("dockerd").parent
    where = [f"--{part}-root={folder}/{part}" for part in ("data", "exec")]
    words = [str(tools / "dockerd"), f"--host={host}", *where, f"--pidfile={folder}/pid", *_APART]
    path = f"{tools}:{os.environ.get('PATH', os.defpath)}"
    pid = processes.spawn(words, log=folder / "log", env={"PATH": path})
    engine = ProcessIdentity.of(pid)
    client = replace(docker_client, engine=replace(docker_client.engine, host=host))
    try:
        until(lambda: _answers(client), bool)
        yield client
    finally:
        engine.end(20)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(client: DockerClient) -> bool:
    try:
        return client.call("version", what="wait for it").status == 0
    except FlowError:
        return False
