"""Where an instance's folder says which tools and which engine it uses."""

from __future__ import annotations

import os
from pathlib import Path

from build_tasks.model.platform import Toolbox

#: A link in that folder, to the folder of links to the tools.
TOOLS = "tools"


def record(folder: Path, toolbox: Toolbox, host: str) -> None:
    """Say it, for the tasks that come after.

    :param folder: the instance's.
    :param host: as DOCKER_HOST.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _link(folder / TOOLS, toolbox.folder)
    _write(folder / "docker-host", host + "\n")


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.replace(link)


def _write(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
