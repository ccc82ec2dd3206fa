"""`python -m workflow.heartbeat --max-age 60`: does the worker's loop still turn? Exits 0 if so, 1 if not.

The exec probe's program: it imports nothing but the standard library, so that it starts quickly.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

DEFAULT_FILE = "/tmp/heartbeat"


class Heartbeat:
    """A file whose age is the time since the loop last turned."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def beat(self) -> None:
        self._file.touch()

    def age_seconds(self) -> float:
        """Raise OSError if there has been no beat."""
        return time.time() - self._file.stat().st_mtime


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m workflow.heartbeat", description="Check that the worker is not stuck."
    )
    parser.add_argument("--max-age", type=float, default=60, help="seconds (default 60)")
    parser.add_argument(
        "--file",
        type=Path,
        default=Path(os.environ.get("HEARTBEAT_FILE") or DEFAULT_FILE),
        help=f"default: HEARTBEAT_FILE, or {DEFAULT_FILE}",
    )
    options = parser.parse_args(arguments)
    try:
        age = Heartbeat(options.file).age_seconds()
    except OSError as error:
        print(f"no heartbeat: {error}", file=sys.stderr)
        return 1
    if age > options.max_age:
        print(f"the last heartbeat was {age:.0f} s ago, more than {options.max_age:g}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
