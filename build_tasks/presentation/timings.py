"""How long steps took the last time, so that a waiting person knows what to expect."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

#: Titles kept; the ones not seen for longest go first.
_LIMIT = 500


class Timings:
    """Durations by step title, in a JSON file that may vanish or be nonsense at any moment.

    :param path: the file, or None to remember nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known = self._read()

    def last(self, title: str) -> float | None:
        """Seconds of the last time, or None."""
        return self._known.get(title)

    def record(self, title: str, seconds: float) -> None:
        """Remember a duration. A file that cannot be written is not worth a failure."""
        if self._path is None:
            return
        known = {**self._read(), **self._known}  # another process may have added its own
        known.pop(title, None)
        known[title] = round(seconds, 1)
        self._known = dict(list(known.items())[-_LIMIT:])
        part = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(self._known), encoding="utf-8")
            part.replace(self._path)

    def _read(self) -> dict[str, float]:
        if self._path is None:
            return {}
        try:
            content = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return {}
        if not isinstance(content, dict):
            return {}
        return {k: float(v) for k, v in content.items() if isinstance(v, int | float) and v >= 0}
