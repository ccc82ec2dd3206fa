"""What can be measured, and what each measurement needs to be set up."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.affected import affected
from bench.copying import copying
from bench.five import five
from bench.inner_loop import Change, inner_loop
from bench.measuring import Comparison
from bench.monorepo import Monorepo
from bench.release_flow import release_flow
from bench.side_by_side import forced, unchanged
from bench.starting import TaskRunners, completing, doing_nothing, listing
from bench.terminal import Terminal
from build_tasks.adapters.programs.process import Processes
from build_tasks.tasks.names import service_names
from build_tasks.wiring import Composition

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Measurements:
    """What measuring needs.

    :param wishes: the flags of the command line.
    :param tell: gets a line after each measurement.
    """

    wishes: argparse.Namespace
    processes: Processes
    tell: Callable[[str], None]

    @property
    def rounds(self) -> int:
        return int(self.wishes.rounds)

    @property
    def terminal(self) -> Terminal:
        """In the repository itself."""
        return self.terminal_in(ROOT)

    def terminal_in(self, folder: Path) -> Terminal:
        return Terminal(self.processes, folder, processor=bool(self.wishes.processor))

    @property
    def changed_file(self) -> str:
        """In the repository: the one that a developer changes."""
        return str(self.wishes.file or f"services/{self.wishes.service}/{self.wishes.service}/server.py")

    @contextmanager
    def clone(self) -> Iterator[Path]:
        """A clone of the last commit, in which whatever is changed is nobody's work."""
        with TemporaryDirectory(prefix="bench-") as folder:
            clone = Path(folder) / "repository"
            self.processes.run(["git", "clone", "--quiet", ROOT, clone], what="clone the repository")
            yield clone


@contextmanager
def _task_runners(m: Measurements) -> Iterator[TaskRunners]:
    with TemporaryDirectory(prefix="bench-") as folder:
        others = TaskRunners(m.terminal_in(Path(folder)))
        others.set_up()
        yield others


def _start(m: Measurements) -> list[Comparison]:
    with _task_runners(m) as others:
        return [
            listing(m.terminal, others, rounds=m.rounds, tell=m.tell),
            doing_nothing(m.terminal, others, m.wishes.service, rounds=m.rounds, tell=m.tell),
        ]


def _completion(m: Measurements) -> list[Comparison]:
    with _task_runners(m) as others:
        return [completing(m.terminal, others, m.wishes.service, rounds=m.rounds, tell=m.tell)]


def _unchanged(m: Measurements) -> list[Comparison]:
    return [unchanged(m.terminal, m.wishes.service, rounds=m.rounds, tell=m.tell)]


def _forced(m: Measurements) -> list[Comparison]:
    return [forced(m.terminal, m.wishes.task, service_names(ROOT), rounds=m.rounds, tell=m.tell)]


def _five(m: Measurements) -> list[Comparison]:
    return [five(m.terminal, rounds=m.rounds, tell=m.tell)]


def _flow(m: Measurements) -> list[Comparison]:
    return release_flow(Composition(ROOT), m.wishes.service, m.changed_file, rounds=m.rounds, tell=m.tell)


def _copy(m: Measurements) -> list[Comparison]:
    return [copying(m.terminal, m.wishes.service, rounds=m.rounds, tell=m.tell)]


def _affected(m: Measurements) -> list[Comparison]:
    with TemporaryDirectory(prefix="bench-") as folder:
        repository = Monorepo(m.processes, Path(folder) / "repository", services=200, files=20_000)
        return [affected(repository, rounds=m.rounds, tell=m.tell)]


def _inner_loop(m: Measurements) -> list[Comparison]:
    wishes, service = m.wishes, m.wishes.service
    change = Change(m.changed_file, wishes.text or f'"{service}', wishes.path)
    command = wishes.dev or f"{service}.dev"
    with m.clone() as clone:
        terminal = m.terminal_in(clone)
        return [inner_loop(terminal, service, change, command, rounds=m.rounds, tell=m.tell)]


#: By name, in the order in which all of them are measured.
KINDS: Mapping[str, Callable[[Measurements], Sequence[Comparison]]] = {
    "start": _start,
    "completion": _completion,
    "unchanged": _unchanged,
    "forced": _forced,
    "five": _five,
    "flow": _flow,
    "copy": _copy,
    "inner-loop": _inner_loop,
    "affected": _affected,
}
#: Those whose work is all done by processes of the command's own; an engine's is not.
WITHOUT_ENGINE = ("start", "completion", "affected")
