"""Which process is meant, beyond its number: numbers are used again, start times are not."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class ProcessIdentity:
    """A process of this machine since it was booted.

    :param start: its start in clock ticks after boot (field 22 of /proc/<pid>/stat, see proc(5)).
    :param boot: the kernel's boot id; a record from before a reboot matches nothing.
    """

    pid: int
    start: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity:
        """The identity of a process that exists; ``start`` is -1 when it has just ended."""
        return cls(pid, _start(pid), _boot())

    @classmethod
    def read(cls, path: Path) -> ProcessIdentity | None:
        """What :meth:`write` stored; None when there is no (readable) record."""
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            return cls(int(fields["pid"]), int(fields["start"]), str(fields["boot"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    def alive(self) -> bool:
        """Whether this very process still runs (a zombie does not)."""
        return self.start >= 0 and self.boot == _boot() and _start(self.pid) == self.start

    def end(self, patience: float) -> None:
        """SIGTERM, and SIGKILL if it still lives after ``patience`` seconds; returns when it is gone."""
        for kind in (signal.SIGTERM, signal.SIGKILL):
            if not self.alive():
                return
            os.kill(self.pid, kind)
            deadline = time.monotonic() + patience
            while self.alive() and time.monotonic() < deadline:
                time.sleep(0.05)


def traces_of_this_process() -> str:
    """What others on this machine can tell by that it has ended; empty where they cannot.

    Besides the identity: the namespace that its number counts in, and the user, for others may not be seen.
    """
    if not shutil.which("setpriv"):
        return ""  # what it has started could go on without it, see dying_with_us
    try:
        mine = ProcessIdentity.of(os.getpid())
        return f"{mine.boot}/{_numbering()}/{os.getuid()}/{mine.pid}/{mine.start}"
    except OSError:
        return ""


def has_ended(traces: str) -> bool:
    """Whether a process that left such traces is known to have ended: on this machine it would be seen."""
    try:
        boot, numbering, user, pid, start = traces.split("/")
        identity = ProcessIdentity(int(pid), int(start), boot)
        here = (boot, numbering, int(user)) == (_boot(), _numbering(), os.getuid())
        return here and not identity.alive()
    except (OSError, ValueError):
        return False


def in_our_network(name: str) -> Iterator[int]:
    """Numbers of the running processes called ``name`` that share this process's network namespace."""
    ours = os.readlink("/proc/self/ns/net")
    for folder in [Path("/proc", number) for number in os.listdir("/proc") if number.isdigit()]:
        try:
            if (folder / "comm").read_text(encoding="utf-8").strip() == name and (
                os.readlink(folder / "ns" / "net") == ours
            ):
                yield int(folder.name)
        except OSError:
            continue  # it ended while we looked, or belongs to somebody whose namespaces we may not see


def _numbering() -> str:
    """The namespace of process numbers, see pid_namespaces(7)."""
    return os.readlink("/proc/self/ns/pid")


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _start(pid: int) -> int:
    """Start time of a living process, -1 otherwise. The name (field 2) may contain spaces and brackets."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return -1
    fields = text.rpartition(")")[2].split()
    return -1 if fields[0] in ("Z", "X") else int(fields[19])
