"""The command line: ``python -m bench``, or ``bench/run``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from bench.affected import affected
from bench.inner_loop import Change, inner_loop
from bench.measuring import Comparison
from bench.monorepo import Monorepo
from bench.showing import show, write
from bench.side_by_side import forced, unchanged
from bench.terminal import Terminal
from build_tasks.adapters.process import Processes
from build_tasks.presentation.failures import failures_on
from build_tasks.presentation.outcome import guarded
from build_tasks.tasks.names import service_names
from build_tasks.wiring.logs import new_log

ROOT = Path(__file__).parents[1]
KINDS = ("unchanged", "forced", "inner-loop", "affected")


def main(argv: Sequence[str] | None = None) -> int:
    """Measure what was asked for; gives the exit code, one of docs/exit-codes.md."""
    wishes = parser().parse_args(argv)
    log = new_log(ROOT / ".build" / "logs")
    return guarded(lambda: _measure(wishes, Processes(log)), failures_on(sys.stderr), lambda: log)


def parser() -> argparse.ArgumentParser:
    """The flags."""
    found = argparse.ArgumentParser(
        prog="bench/run", description="Measure the tasks, each beside what it is to be compared with."
    )
    add = found.add_argument
    add("kinds", nargs="*", metavar="kind", help=f"of {', '.join(KINDS)} (default: all)")
    add("--rounds", type=_positive, default=5, help="measurements of each side (default: 5)")
    add("--service", default="delivery", help="the one service to compare with, and to change")
    add("--task", default="test", help="the task that is forced on all services (default: test)")
    add("--dev", default="", help="words after inv that bring a change to dev (default: SERVICE.dev)")
    add("--file", default="", help="file with the line to change (default: SERVICE's server.py)")
    add("--text", default="", help='text in it that is changed (default: "SERVICE, of /version)')
    add("--path", default="/version", help="what to ask for the changed text (default: /version)")
    add("--json", type=Path, metavar="FILE", help="write all figures there, too")
    return found


@dataclass(frozen=True)
class _Measurements:
    """What measuring needs."""

    wishes: argparse.Namespace
    processes: Processes
    console: Console

    def tell(self, line: str) -> None:
        self.console.print(line, style="dim", highlight=False)

    def of(self, kind: str) -> Comparison:
        wishes, terminal = self.wishes, Terminal(self.processes, ROOT)
        if kind == "unchanged":
            return unchanged(terminal, wishes.service, rounds=wishes.rounds, tell=self.tell)
        if kind == "forced":
            services = service_names(ROOT)
            return forced(terminal, wishes.task, services, rounds=wishes.rounds, tell=self.tell)
        return self._affected() if kind == "affected" else self._inner_loop()

    def _affected(self) -> Comparison:
        with TemporaryDirectory(prefix="bench-") as folder:
            repository = Monorepo(self.processes, Path(folder) / "repository", services=200, files=20_000)
            return affected(repository, rounds=self.wishes.rounds, tell=self.tell)

    def _inner_loop(self) -> Comparison:
        """In a clone: the line that is changed is nobody's work."""
        wishes, service = self.wishes, self.wishes.service
        file = wishes.file or f"services/{service}/{service}/server.py"
        change = Change(file, wishes.text or f'"{service}', wishes.path)
        with ExitStack() as stack:
            clone = Path(stack.enter_context(TemporaryDirectory(prefix="bench-"))) / "repository"
            self.processes.run(["git", "clone", "--quiet", ROOT, clone], what="clone the repository")
            terminal = Terminal(self.processes, clone)
            command = wishes.dev or f"{service}.dev"
            return inner_loop(terminal, service, change, command, rounds=wishes.rounds, tell=self.tell)


def _measure(wishes: argparse.Namespace, processes: Processes) -> None:
    unknown = [kind for kind in wishes.kinds if kind not in KINDS]
    if unknown:
        parser().error(f"no kind {', '.join(unknown)}; one of {', '.join(KINDS)}")
    measurements = _Measurements(wishes, processes, Console(stderr=True))
    done = []
    for kind in wishes.kinds or KINDS:
        done.append(measurements.of(kind))
        show(done[-1], Console(width=None if sys.stdout.isatty() else 160))
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
