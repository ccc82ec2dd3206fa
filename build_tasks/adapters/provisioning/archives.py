"""Programs in what publishers offer: plain files, tar archives and zip files.

Nothing is unpacked into a folder. One regular file, asked for by its path in the archive, is read and
written to a place that we name, so that an archive's own paths, links and devices have nowhere to lead.
"""

from __future__ import annotations

import gzip
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from build_tasks.adapters.machine.disk import told_when_full
from build_tasks.errors import ExitCode, FlowError

#: What is raised for what is no archive, or has no such file.
_NO_ARCHIVE = (KeyError, tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError)


class PublishedArchives:
    """Implements :class:`build_tasks.ports.upstream.Archives`."""

    def take_out(self, archive: Path, member: str, target: Path) -> None:
        """Put a program at ``target``, executable.

        :raises FlowError: TOOL_FAILED when there is no such regular file in the archive, or it is none.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        what = f"take {member or target.name} out of what was downloaded"
        try:
            with (
                told_when_full(what, target.parent),
                _opened(archive, member) as source,
                target.open("wb") as program,
            ):
                shutil.copyfileobj(source, program)
        except _NO_ARCHIVE as error:
            target.unlink(missing_ok=True)
            raise FlowError(
                what,
                str(error).strip("'\""),
                "what the archive holds is said in recipes/upstream.toml: correct it there",
                code=ExitCode.TOOL_FAILED,
            ) from None
        target.chmod(0o755)


@contextmanager
def _opened(archive: Path, member: str) -> Iterator[IO[bytes]]:
    if not member:
        with archive.open("rb") as plain:
            yield plain
    elif zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as zipped, zipped.open(member) as found:
            yield found
    else:
        with tarfile.open(archive) as tar:
            yield _in_tar(tar, member)


def _in_tar(tar: tarfile.TarFile, member: str) -> IO[bytes]:
    """Names may begin with ``./``. A link is not followed: it may lead anywhere."""
    for info in tar:
        if info.name.removeprefix("./") == member:
            content = tar.extractfile(info) if info.isreg() else None
            if content is None:
                raise KeyError(f"{member} is no regular file in it")
            return content
    raise KeyError(f"there is no {member} in it")
