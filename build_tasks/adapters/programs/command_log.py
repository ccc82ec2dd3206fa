"""What is kept of the commands that were run."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shlex import join

from build_tasks.errors import ToolError

#: Shorter texts would blot out ordinary words.
_SHORTEST_SECRET = 4


@dataclass(frozen=True)
class Completed:
    """A command that has ended: its status and its whole, redacted output."""

    argv: tuple[str, ...]
    status: int
    stdout: str
    stderr: str
    seconds: float


class CommandLog:
    """Appends commands and their output to a file that error messages name.

    :param path: the file, or None to keep no log (unit tests).
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._lock = threading.Lock()
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, text: str) -> None:
        if self.path is None:
            return
        # A full disk ends the work where it cannot do without the room, not because of what is said about it.
        with suppress(OSError), self._lock, self.path.open("a", encoding="utf-8", errors="replace") as file:
            file.write(text if text.endswith("\n") else text + "\n")

    def failure(self, done: Completed, what: str, why: str) -> ToolError:
        """What to raise for a command that has ended, with the log that has the whole of it.

        :param what: what was attempted; empty: the command itself.
        """
        return ToolError(
            what or f"run {join(done.argv)[:120]}",
            why,
            tool=Path(done.argv[0]).name,
            status=done.status,
            stdout=done.stdout,
            stderr=done.stderr,
            log=self.path,
        )

    def record(self, done: Completed, cwd: Path | None) -> None:
        """Write down a command that has ended, to the millisecond: so what tools took of a run can be told.

        The caller has taken the secrets out.
        """
        where = f"  (in {cwd})" if cwd else ""
        head = f"{_stamp()} $ {join(done.argv)}{where}\n"
        body = "".join(f"  | {line}\n" for text in (done.stdout, done.stderr) for line in text.splitlines())
        self.write(f"{head}{body}  = {done.status} after {done.seconds:.3f} s\n")

    def waited(self, seconds: float) -> None:
        """Write down a pause that has ended, between two looks at what is awaited."""
        self.write(f"{_stamp()} waited {seconds:.3f} s")


def _stamp() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Secrets:
    """Texts that must not be seen."""

    def __init__(self) -> None:
        self._texts: tuple[str, ...] = ()
        self._adding = threading.Lock()

    def add(self, secrets: Iterable[str]) -> None:
        """Each text, and each line of a text that has several: output is shown line by line."""
        lines = {line for secret in secrets for line in (secret, *secret.splitlines())}
        long = {line for line in lines if len(line.strip()) >= _SHORTEST_SECRET}
        with self._adding:  # or of what two threads add at once, one would be forgotten
            # The longest first: a secret that starts with another must not leave its rest behind.
            self._texts = tuple(sorted({*self._texts, *long}, key=len, reverse=True))

    def clean(self, text: str) -> str:
        """The text with the secrets replaced by ``***``."""
        for secret in self._texts:
            text = text.replace(secret, "***")
        return text
