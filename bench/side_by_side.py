"""All services at once: unchanged beside one service, and forced beside one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.measuring import Comparison, Side, compare
from bench.terminal import Terminal


def unchanged(terminal: Terminal, service: str, *, rounds: int, tell: Callable[[str], None]) -> Comparison:
    """``all.test`` beside ``<service>.test`` when there is nothing to do: what asking costs.

    The first round, which does not count, tests whatever was not tested yet.
    """
    sides = [_side("one service", terminal, f"{service}.test"), _side("all services", terminal, "all.test")]
    return compare("unchanged", sides, rounds=rounds, tell=tell)


def forced(
    terminal: Terminal, task: str, services: Sequence[str], *, rounds: int, tell: Callable[[str], None]
) -> Comparison:
    """``all.<task> --force`` beside the same with ``-j 1``, and beside a command for each service."""
    each = [f"{service}.{task}" for service in services]

    def one_by_one() -> float:
        return sum(terminal.inv(name, "--force") for name in each)

    sides = [
        _side("side by side", terminal, f"all.{task}", "--force"),
        _side("one after another", terminal, f"all.{task}", "--force", "-j", "1"),
        Side("a command each", "; ".join(f"inv {name} --force" for name in each), one_by_one),
    ]
    return compare(f"{task}, forced", sides, rounds=rounds, tell=tell)


def _side(name: str, terminal: Terminal, *words: str) -> Side:
    return Side(name, f"inv {' '.join(words)}", lambda: terminal.inv(*words))
