"""Files with credentials."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

from filelock import FileLock


class LocalPrivateFiles:
    """Implements :class:`build_tasks.ports.platform.PrivateFiles`."""

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

    def remove_folder(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)

    def lock(self, folder: Path) -> AbstractContextManager[object]:
        """The lock file lies beside the folder: the folder itself goes away with the instance."""
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return FileLock(folder.parent / f".{folder.name}.lock")
