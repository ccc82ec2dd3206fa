"""Typing commands as a user would: in processes of their own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import join

from build_tasks.adapters.programs.process import Processes
from build_tasks.adapters.signing.ssh_keys import SshKeys
from build_tasks.planning.ci.systems import tells_of_a_ci
from build_tasks.ports.commands import Typed

#: Commits of a demonstration are nobody's.
_IDENTITY = ("-c", "user.name=Demo", "-c", "user.email=demo@localhost", "-c", "commit.gpgsign=false")


@dataclass(frozen=True)
class UserCommands:
    """Implements :class:`build_tasks.ports.commands.Commands`.

    :param ssh_keygen: the program.
    """

    processes: Processes
    ssh_keygen: Path

    def inv(self, folder: Path, words: Sequence[str], on_line: Callable[[str], None]) -> Typed:
        """This program's own Python runs the tasks of the folder, so that no second .venv is made."""
        # -P: the folder's own copy of this package must not be imported in place of this one.
        argv = [sys.executable, "-P", "-m", "build_tasks", "--search-root", str(folder), *words]
        # The clones of a demonstration have nothing to do with the event that a CI system started it for.
        in_a_shell = self.processes.without(tells_of_a_ci)
        done = in_a_shell.run(argv, cwd=folder, check=False, on_line=on_line)
        lines = (*done.stderr.splitlines(), *done.stdout.splitlines())
        return Typed(join(["inv", *words]), done.status, lines, done.seconds)

    def git(self, folder: Path, words: Sequence[str]) -> Typed:
        done = self.processes.run(["git", *_IDENTITY, *words], cwd=folder, check=False)
        lines = (*done.stdout.splitlines(), *done.stderr.splitlines())
        return Typed(join(["git", *words]), done.status, lines, done.seconds)

    def new_key(self, file: Path, owner: str) -> str:
        return SshKeys(self.processes, self.ssh_keygen).new_key(file, owner)
