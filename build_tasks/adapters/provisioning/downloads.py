"""Files from publishers' sites: resumed where they were cut off, verified as they come, never half there."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import IO

import requests

from build_tasks.adapters.machine.disk import disk_full, told_when_full
from build_tasks.adapters.provisioning.web import Passing, Web
from build_tasks.errors import ExitCode, FlowError

#: Seconds between two lines that say how far a download is.
_TELL = 2.0
#: Seconds after which the beginning of a file that nobody came back for is removed.
_STALE = 7 * 24 * 3600
#: Checksum files are a few kilobytes.
_LONGEST_TEXT = 1024**2


class SiteDownloads:
    """Implements :class:`build_tasks.ports.upstream.Downloads`.

    :param folder: keeps the beginnings of files until the rest is there; on the disk that they end up on.
    """

    def __init__(self, web: Web, folder: Path) -> None:
        self._web = web
        self._folder = folder

    def fetch(self, url: str, sha256: str, target: Path, on_line: Callable[[str], None]) -> None:
        """Download a file with that SHA-256 to ``target``.

        A beginning that an earlier run left is gone on with. What turns out to be another file is tried once
        more from its first byte: a beginning may have been of an older file.

        :raises FlowError: UNAVAILABLE, see :class:`Web`; CONFLICT when the site has another file; FAILED when
            the disk is full.
        """
        with self._room_is_made(), told_when_full(f"download {url}", self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            begun = self._folder / f"{sha256}.part"
            found = self._whole(url, begun, on_line)
            if found != sha256:
                begun.unlink()
                on_line(f"its SHA-256 is {found}: once more, from the first byte")
                found = self._whole(url, begun, on_line)
            if found != sha256:
                begun.unlink()
                raise _another_file(url, sha256, found)
            os.replace(begun, target)

    def text(self, url: str) -> str:
        """A small text.

        :raises FlowError: UNAVAILABLE when it cannot be had, or is no small text.
        """
        got: list[bytes] = []

        def attempt() -> None:
            got.clear()
            with self._web.answer(url) as response:
                for piece in self._web.content_of(response):
                    got.append(piece)
                    if sum(map(len, got)) > _LONGEST_TEXT:
                        raise _no_text(url, "it is longer than a checksum file can be")

        self._web.insist(url, attempt)
        try:
            return b"".join(got).decode("utf-8")
        except UnicodeDecodeError:
            raise _no_text(url, "it is not text") from None

    def _whole(self, url: str, begun: Path, on_line: Callable[[str], None]) -> str:
        """Bring all of the file; gives its SHA-256."""
        arriving = _Arriving(begun, on_line)
        self._web.insist(url, lambda: self._more(url, arriving))
        on_line(f"{_mib(arriving.size)} in {arriving.seconds:.0f} s")
        return arriving.sha256.hexdigest()

    def _more(self, url: str, arriving: _Arriving) -> None:
        """One attempt to bring what is missing."""
        size = arriving.size
        with self._web.answer(url, {"Range": f"bytes={size}-"} if size else None) as response:
            if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                if response.headers.get("Content-Range") == f"bytes */{size}":
                    return  # all of it was there
                arriving.restart()
                raise Passing("what is there is no beginning of the file")
            if size and not response.headers.get("Content-Range", "").startswith(f"bytes {size}-"):
                arriving.restart()
            arriving.expect(_length(response))
            self._ensure_room(url, _length(response))
            with arriving.opened() as file:
                for piece in self._web.content_of(response):
                    arriving.add(file, piece)

    def _ensure_room(self, url: str, more: int) -> None:
        free = shutil.disk_usage(self._folder).free
        if more > free:
            why = f"{_mib(more)} are to come and {_mib(free)} are free"
            raise disk_full(f"download {url}", self._folder, why)

    @contextmanager
    def _room_is_made(self) -> Iterator[None]:
        """Beginnings of files are the first thing that a full disk can do without."""
        try:
            yield
        except FlowError as error:
            if error.code is ExitCode.FAILED:
                for left in self._folder.glob("*.part"):
                    left.unlink(missing_ok=True)
            raise

    def _sweep(self) -> None:
        for left in self._folder.glob("*.part"):
            if time.time() - left.stat().st_mtime > _STALE:
                left.unlink(missing_ok=True)


class _Arriving:
    """A file of which the beginning is there, with the hash of that beginning."""

    def __init__(self, path: Path, on_line: Callable[[str], None]) -> None:
        self._path = path
        self._on_line = on_line
        self._began = self._told = time.monotonic()
        self._whole = 0
        self.size = 0
        self.sha256 = hashlib.sha256()
        if path.exists():
            with path.open("rb") as file:
                self.sha256 = hashlib.file_digest(file, "sha256")
                self.size = file.tell()
            on_line(f"{_mib(self.size)} are there from before")

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def restart(self) -> None:
        self._path.unlink(missing_ok=True)
        self.size, self.sha256 = 0, hashlib.sha256()

    def expect(self, more: int) -> None:
        self._whole = self.size + more if more else 0

    def opened(self) -> IO[bytes]:
        return self._path.open("ab")

    def add(self, file: IO[bytes], piece: bytes) -> None:
        file.write(piece)
        file.flush()  # what is on the disk and what is counted are the same
        self.sha256.update(piece)
        self.size += len(piece)
        now = time.monotonic()
        if now - self._told >= _TELL:
            self._told = now
            whole = f" of {_mib(self._whole)}" if self._whole else ""
            self._on_line(f"{_mib(self.size)}{whole} after {now - self._began:.0f} s")


def _length(response: requests.Response) -> int:
    """Bytes that are to come; 0 if the site does not say."""
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isdecimal() else 0


def _another_file(url: str, sha256: str, found: str) -> FlowError:
    return FlowError(
        f"download {url}",
        "the file there is not the one that platform.lock accepts; it was thrown away",
        "find out why before you trust it; `./inv platform.pin --replace` accepts what is there now",
        code=ExitCode.CONFLICT,
        details=[f"accepted: sha256:{sha256}", f"found:    sha256:{found}"],
    )


def _no_text(url: str, why: str) -> FlowError:
    return FlowError(f"read {url}", why, "see in a browser what it is", code=ExitCode.UNAVAILABLE)


def _mib(size: int) -> str:
    return f"{size / 1024**2:.1f} MiB"
