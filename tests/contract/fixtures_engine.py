"""Engines of one's own, in namespaces of their own: the host's one stays what it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from build_tasks.adapters.docker.dockerd import ManagedEngine

#: Begins a command of which no process and no mount is left, however it ends. Its network is another, because
#: engines beside each other would take each other's bridge.
ALONE = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")


@pytest.fixture
def engine_folder() -> Iterator[Path]:
    """For engines; ``tmp_path``, with a worker's and a test's name in it, is too long for their sockets."""
    with TemporaryDirectory(prefix="engine-", ignore_cleanup_errors=True) as made:
        yield Path(made)


def can_run(engine: ManagedEngine) -> bool:
    """Whether engines of one's own can run here; where they cannot, they say why."""
    if sys.platform == "linux" and os.geteuid() == 0:
        return True
    assert engine.obstacle() in ("needs Linux", "needs root")
    return False


def logs(folder: Path) -> str:
    """What engines that live in folders of this one said last."""
    return "\n".join(f"{log}:\n{log.read_text()[-4000:]}" for log in sorted(folder.glob("*/dockerd.log")))
