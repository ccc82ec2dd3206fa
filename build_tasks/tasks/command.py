"""Invoke's ``@task`` as this project uses it."""

from __future__ import annotations

from functools import partial
from typing import Any

from invoke import Task, task

#: Flags have one spelling: made from first letters, ``-d`` would be --dry-run here and --downgrade there.
command = partial(task, auto_shortflags=False)
#: Tasks after whose name a word may stand without its flag; Invoke knows only words that must be there.
BARE_WORDS = {"release.list": "--service"}


class _SideBySide(Task):
    """A task whose ``--jobs`` is also ``-j``, as in make and its kin."""

    def arg_opts(self, name: str, default: str, taken_names: set[str]) -> dict[str, Any]:
        options: dict[str, Any] = super().arg_opts(name, default, taken_names)
        if name == "jobs":
            options["names"] = (name, "j")
        return options


#: For tasks with a flag ``jobs``, the one with a short form.
command_side_by_side = partial(command, klass=_SideBySide)
