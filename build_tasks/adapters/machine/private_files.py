"""Files with credentials."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

from filelock import FileLock


class LocalPrivateFiles:
    """Implements :class:`build_tasks.ports.host.PrivateFiles`."""

    def read(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def write(self, path: Path, text: str) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes the file with mode 0600.
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)

    def remove_folder(self, folder: Path) -> bool:
        existed = folder.is_dir()
        shutil.rmtree(folder, ignore_errors=True)
        return existed

    def lock(self, path: Path) -> AbstractContextManager[object]:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return FileLock(path)
