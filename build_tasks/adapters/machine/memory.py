"""How much memory there is for what we start."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

#: What a container may use, in either version of cgroups (https://docs.kernel.org/admin-guide/cgroup-v2.html).
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def memory_limit(limits: Iterable[Path] = _LIMITS) -> int:
    """Bytes that this machine has, or that this container may use of them."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for file in limits:
        try:
            found.append(int(file.read_text(encoding="ascii")))
        except (OSError, ValueError):  # not that version, or "max"
            continue
    return min(found)
