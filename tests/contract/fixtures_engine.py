"""Engines of one's own, in a network namespace of their own: the host's one stays what it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from build_tasks.adapters.programs.process import Processes

_MOUNTS = Path("/proc/self/mountinfo")


@pytest.fixture
def engine_folder(processes: Processes) -> Iterator[Path]:
    """For engines; whatever becomes of them, nothing below it is mounted any more afterwards.

    Not ``tmp_path``: with the names of a suite, a worker and a test in it, it is too long for their sockets.
    """
    with TemporaryDirectory(prefix="engine-", ignore_cleanup_errors=True) as made:
        yield Path(made)
        # A data root is mounted on itself: neither os.path.ismount nor a comparison of devices can tell.
        for point in mounted_below(Path(made)):
            processes.run(["umount", "--lazy", point])


def mounted_below(folder: Path) -> list[Path]:
    """Mount points inside a folder; the inner ones first. None where there is no ``/proc``."""
    if not _MOUNTS.exists():
        return []
    points = [Path(line.split()[4]) for line in _MOUNTS.read_text(encoding="utf-8").splitlines()]
    return sorted((point for point in points if folder in point.parents), reverse=True)
