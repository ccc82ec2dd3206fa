"""Invoke's ``@task`` as this project uses it."""

from __future__ import annotations

from functools import partial

from invoke import task

#: Flags have one spelling: made from first letters, ``-d`` would be --dry-run here and --downgrade there.
command = partial(task, auto_shortflags=False)
