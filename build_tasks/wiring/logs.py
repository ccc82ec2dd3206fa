"""A log file for each run."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from build_tasks.adapters.programs.command_log import CommandLog

#: Logs that are kept, the newest.
_KEPT = 50


def new_log(folder: Path) -> CommandLog:
    """A log in ``folder``, named by time and process; the oldest beyond fifty are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in sorted(folder.glob("*.log"))[: -(_KEPT - 1)]:
        old.unlink(missing_ok=True)
    now = datetime.now(UTC)
    return CommandLog(folder / f"{now:%Y%m%d-%H%M%S}-{os.getpid()}.log")
