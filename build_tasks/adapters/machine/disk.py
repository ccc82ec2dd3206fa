"""A full disk, told as what it is."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from build_tasks.errors import FlowError

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def told_when_full(what: str, folder: Path) -> Iterator[None]:
    """Turn the operating system's error about a full disk into one that says what to do.

    :param what: what is attempted.
    :param folder: on the disk that is written to.
    :raises FlowError: FAILED. Other errors pass.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise disk_full(what, folder, error.strerror or "the disk is full") from None


def disk_full(what: str, folder: Path, why: str) -> FlowError:
    """The error to raise for a disk that is full, or would be."""
    fix = f"make room on the disk of {folder} (`./inv platform.prune`), then run it again"
    return FlowError(what, why, fix)
