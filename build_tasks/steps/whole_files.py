"""Files that are never half there."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write beside it and rename: whoever reads it, also after a failure, sees the old content or the new.

    :raises OSError: it cannot be written; what was there stays as it was.
    """
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        fresh = Path(file.name)
        try:
            file.write(content)
            file.flush()
            # Temporary files are made for their owner alone; what uploads a report may be somebody else.
            fresh.chmod(0o644)
            fresh.replace(path)
        except OSError:
            with suppress(OSError):
                fresh.unlink()
            raise
