"""Folders of finished things under the cache, keyed by content."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from build_tasks.model.platform import content_key


class ContentStore:
    """Keeps ``<root>/<name>/<key>/``; a folder that exists is complete.

    :param root: a folder of our own; may be removed at any moment when nothing runs.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def find(self, name: str, key: str) -> Path | None:
        """The finished folder, or None."""
        folder = self.root / name / key
        return folder if folder.is_dir() else None

    @contextmanager
    def fill(self, name: str, key: str) -> Iterator[Path]:
        """A temporary folder that becomes ``<root>/<name>/<key>`` when the block ends without an exception.

        Another process that fills the same thing meanwhile is waited for; what it made is then kept and ours
        dropped, so ask :meth:`find` again inside the block to save the work.
        """
        parent = self.root / name
        parent.mkdir(parents=True, exist_ok=True)
        with FileLock(parent / ".lock"):
            work = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=parent))
            work.chmod(0o755)
            try:
                yield work
                if not (parent / key).exists():
                    work.rename(parent / key)
            finally:
                _sweep(parent)

    def links(self, targets: Mapping[str, Path]) -> Path:
        """A folder with a symbolic link of each name to its target; the same targets give the same folder."""
        key = content_key(*(f"{name}={path}" for name, path in sorted(targets.items())))
        folder = self.find("links", key)
        if folder is None:
            with self.fill("links", key) as work:
                for name, path in targets.items():
                    os.symlink(path, work / name)
        return self.root / "links" / key

    def entries(self) -> list[Path]:
        """The folders of all finished things."""
        found = sorted(self.root.glob("*/*"))
        return [path for path in found if path.is_dir() and not path.name.startswith(".")]

    def remove(self, name: str, key: str) -> None:
        """Take a finished thing away, all of it at once; no error if it is not there."""
        parent = self.root / name
        with FileLock(parent / ".lock"):
            if (parent / key).is_dir():
                (parent / key).rename(parent / f".unfinished-{key}")
            _sweep(parent)


def _sweep(parent: Path) -> None:
    """Remove what this run, or one that was killed, left unfinished; the lock is held."""
    for left in parent.glob(".unfinished-*"):
        shutil.rmtree(left, ignore_errors=True)
