"""What a press of Enter costs before any work begins, beside programs that do nothing but run tasks."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measuring import Comparison, Side, compare
from bench.terminal import Terminal
from build_tasks.completion import file_of
from build_tasks.errors import FlowError

#: What each of them needs for one task that does nothing, and for telling that there is one.
_FILES = {
    "tasks.py": "from invoke import task\n\n\n@task\ndef nothing(context):\n    '''Do nothing.'''\n",
    "justfile": "# Do nothing.\nnothing:\n",
    # make knows no list; this is what people write for want of one.
    "Makefile": ".PHONY: help nothing\nhelp:\n\t@grep -E '^[a-z]+:.*## ' Makefile\nnothing: ## Do nothing.\n",
}


@dataclass(frozen=True)
class TaskRunners:
    """Other programs that run tasks, in a folder with one task that does nothing.

    :param terminal: in that folder, which is empty at first.
    """

    terminal: Terminal

    def set_up(self) -> None:
        """Write each one's file."""
        for name, text in _FILES.items():
            (self.terminal.folder / name).write_text(text, encoding="utf-8")

    def listing(self) -> list[Side]:
        """They tell their tasks. The first one is bare Invoke."""
        return self._sides({"inv": "--list", "just": "--list", "make": "help"})

    def doing_nothing(self) -> list[Side]:
        """They carry out the task. The first one is bare Invoke."""
        return self._sides(dict.fromkeys(("inv", "just", "make"), "nothing"))

    def completing(self) -> float:
        """Seconds that bare Invoke takes for a press of Tab."""
        return self.terminal.measure([_program("inv"), "--complete", "--", "inv"])

    def _sides(self, words: dict[str, str]) -> list[Side]:
        return [
            Side(f"bare {name}", f"{name} {word}", self._typing(program, word))
            for name, word in words.items()
            if (program := _program(name))
        ]

    def _typing(self, program: str, word: str) -> Callable[[], float]:
        return lambda: self.terminal.measure([program, word])


def listing(
    terminal: Terminal, others: TaskRunners, *, rounds: int, tell: Callable[[str], None]
) -> Comparison:
    """``./inv --list``, as it is typed, beside the others' lists of one task."""
    return _compare("list of tasks", terminal, ["--list"], others.listing(), 1.15, rounds, tell)


def doing_nothing(
    terminal: Terminal, others: TaskRunners, service: str, *, rounds: int, tell: Callable[[str], None]
) -> Comparison:
    """``./inv <service>.test`` when the inputs passed before, beside the others' task that does nothing.

    The first round, which does not count, tests what was not tested yet.
    """
    words = [f"{service}.test"]
    return _compare("nothing to do", terminal, words, others.doing_nothing(), 1.3, rounds, tell)


def completing(
    terminal: Terminal, others: TaskRunners, service: str, *, rounds: int, tell: Callable[[str], None]
) -> Comparison:
    """A press of Tab, with and without the answer that an earlier one has kept, beside bare Invoke's."""
    words = ("--complete", "--", "./inv", f"{service}.te")
    kept = Path(file_of(str(terminal.folder)))

    def anew() -> float:
        kept.unlink(missing_ok=True)
        return terminal.door(*words)

    command = f"./inv {' '.join(words)}"
    sides = [
        Side("bare inv", "inv --complete -- inv", others.completing),
        Side("ours", command, lambda: terminal.door(*words), within=0.05),
        Side("ours, nothing kept", command, anew),
    ]
    terminal.door(*words)
    if not kept.exists():
        raise FlowError("measure completion", "no answer is kept: the tree has just changed", "try again")
    return compare("press of Tab", sides, rounds=rounds, tell=tell)


def _compare(
    title: str,
    terminal: Terminal,
    words: Sequence[str],
    others: Sequence[Side],
    at_most: float,
    rounds: int,
    tell: Callable[[str], None],
) -> Comparison:
    first, *rest = others
    ours = Side("ours", f"./inv {' '.join(words)}", lambda: terminal.door(*words), at_most)
    return compare(title, [first, ours, *rest], rounds=rounds, tell=tell)


def _program(name: str) -> str:
    """Where it is: those that come with the lock beside Python; empty for what this machine does not have."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name) or ""
