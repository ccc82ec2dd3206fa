"""The command line: ``python -m bench``, or ``bench/run``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bench.kinds import KINDS, ROOT, WITHOUT_ENGINE, Measurements
from bench.showing import show, write
from build_tasks.adapters.programs.process import Processes
from build_tasks.presentation.failures import failures_on
from build_tasks.presentation.outcome import guarded
from build_tasks.wiring.logs import new_log


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what was asked for; gives the exit code, one of docs/exit-codes.md."""
    wishes = read(argv)
    log = new_log(ROOT / ".build" / "logs")
    return guarded(lambda: _measure(wishes, Processes(log)), failures_on(sys.stderr), lambda: log)


def read(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line; ``kinds`` names at least one kind, and only such as there are.

    :raises SystemExit: there is something wrong with it, and the reader has been told.
    """
    found = parser()
    wishes = found.parse_args(argv)
    wishes.kinds = wishes.kinds or [kind for kind in KINDS if not wishes.processor or kind in WITHOUT_ENGINE]
    unknown = [kind for kind in wishes.kinds if kind not in KINDS]
    if unknown:
        found.error(f"no kind {', '.join(unknown)}; one of {', '.join(KINDS)}")
    with_engine = [kind for kind in wishes.kinds if kind not in WITHOUT_ENGINE]
    if wishes.processor and with_engine:
        found.error(f"--processor sees no engine's work, which {', '.join(with_engine)} have it do")
    return wishes


def parser() -> argparse.ArgumentParser:
    """The flags."""
    found = argparse.ArgumentParser(
        prog="bench/run", description="Measure the tasks, each beside what it is to be compared with."
    )
    add = found.add_argument
    add("kinds", nargs="*", metavar="kind", help=f"of {', '.join(KINDS)} (default: all)")
    add("--rounds", type=_positive, default=5, help="measurements of each side (default: 5)")
    only = f"only with {', '.join(WITHOUT_ENGINE)}"
    add("--processor", action="store_true", help=f"count processor time, not the clock's; {only}")
    add("--service", default="delivery", help="the one service to compare with, and to change")
    add("--task", default="test", help="the task that is forced on all services (default: test)")
    add("--dev", default="", help="words after inv that bring a change to dev (default: SERVICE.dev)")
    add("--file", default="", help="file with the line to change (default: SERVICE's server.py)")
    add("--text", default="", help='text in it that is changed (default: "SERVICE, of /version)')
    add("--path", default="/version", help="what to ask for the changed text (default: /version)")
    add("--json", type=Path, metavar="FILE", help="write all figures there, too")
    return found


def _measure(wishes: argparse.Namespace, processes: Processes) -> None:
    console = Console(stderr=True)
    measurements = Measurements(
        wishes, processes, lambda line: console.print(line, style="dim", highlight=False)
    )
    done = []
    for kind in wishes.kinds:
        for comparison in KINDS[kind](measurements):
            done.append(comparison)
            show(comparison, Console(width=None if sys.stdout.isatty() else 160))
    if wishes.json:
        head = processes.run(["git", "-C", ROOT, "rev-parse", "HEAD"]).stdout.strip()
        write(done, wishes.json, head)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
