"""The tests of all services: side by side, beside one after another and beside a script."""

from __future__ import annotations

from collections.abc import Callable

from bench.by_hand import build_options, hands
from bench.measuring import Comparison, Side, compare
from bench.terminal import Terminal
from build_tasks.wiring import Composition


def five(terminal: Terminal, *, rounds: int, tell: Callable[[str], None]) -> Comparison:
    """``all.test --force`` beside a script that builds and runs one testrunner after another.

    Both find the layers of earlier builds in the engine, and run every test.
    """
    composition = Composition(terminal.folder)
    services = composition.workbench.services
    by_hand = hands(composition)
    options = "\n".join(build_options(composition, services.values()))

    def script() -> float:
        return by_hand.script("test.sh", *services, cwd=terminal.folder, BUILD_OPTIONS=options)

    words = ("all.test", "--force")
    sides = [
        Side("by hand, one by one", f"bench/bash/test.sh {' '.join(services)}", script),
        Side("side by side", f"inv {' '.join(words)}", lambda: terminal.inv(*words), at_most=0.7),
        Side("one by one", f"inv {' '.join(words)} -j 1", lambda: terminal.inv(*words, "-j", "1")),
    ]
    return compare(f"tests of {len(services)} services", sides, rounds=rounds, tell=tell)
