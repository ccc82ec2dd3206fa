"""Asking which services a change concerns, beside what git needs to say what changed."""

from __future__ import annotations

from collections.abc import Callable

from bench.measuring import Comparison, Side, compare
from bench.monorepo import Monorepo


def affected(repository: Monorepo, *, rounds: int, tell: Callable[[str], None]) -> Comparison:
    """``ci.affected`` in a repository of which two files changed, each time in a process of its own.

    The other sides say what of it is not ours: git's own answer, and Python with Invoke doing nothing.
    """
    repository.make()
    diff = ("diff", "--name-only", "HEAD~1", "HEAD")
    words = ("ci.affected", "--base", "HEAD~1")
    sides = [
        Side("git diff", f"git {' '.join(diff)}", lambda: repository.git(*diff)),
        Side(
            "Invoke alone", "python -c 'import invoke'", lambda: repository.terminal.python("import invoke")
        ),
        Side("ci.affected", f"inv {' '.join(words)}", lambda: repository.terminal.inv(*words)),
    ]
    title = f"two of {repository.files:,} files changed, {repository.services} services"
    return compare(title, sides, rounds=rounds, tell=tell)
