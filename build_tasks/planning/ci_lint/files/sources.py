"""The repository's YAML files, read when they are asked for, each once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import normpath

from build_tasks.planning.ci_lint.files.reading import Document, read


class Sources:
    """:param texts: files by their paths from the root."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self._texts = texts
        self._read: dict[str, Document] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __contains__(self, path: str) -> bool:
        return path in self._texts

    def document(self, path: str) -> Document:
        """The file as YAML; it must be there."""
        if path not in self._read:
            self._read[path] = read(self._texts[path], path)
        return self._read[path]

    @property
    def opened(self) -> Mapping[str, bytes]:
        """The files that were read so far."""
        return {path: self._texts[path] for path in self._read}

    def content(self, path: str) -> bytes:
        """The file as it is; it must be there."""
        return self._texts[path]


def joined(folder: str, path: str) -> str:
    """A path from the root, of one that is written relative to a folder, or from the root with a slash."""
    return normpath(path if path.startswith("/") else f"/{folder}/{path}").lstrip("/")
