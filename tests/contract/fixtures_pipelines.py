"""Programs that know what CI systems accept."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from platformdirs import user_cache_path

from build_tasks.adapters.programs.process import Completed, Processes
from build_tasks.adapters.provisioning.content_store import ContentStore
from build_tasks.adapters.provisioning.debian import DebianHost
from build_tasks.adapters.provisioning.go import Go
from build_tasks.adapters.provisioning.pypi import PythonPackages
from build_tasks.adapters.provisioning.recipe_files import RecipeFiles
from build_tasks.recipes import FOLDER
from build_tasks.steps.platform.go_command import GoFromWheel
from build_tasks.steps.platform.go_modules import GoModules
from build_tasks.steps.platform.tools import ProvideTools
from tests.fakes.reporter import FakeReporter

#: Recipes of programs that only tests need.
TEST_RECIPES = Path(__file__).parents[1] / "recipes"

Checker = Callable[[Sequence[str], Sequence[Path]], Completed]


@pytest.fixture(scope="session")
def actionlint(processes: Processes) -> Path:
    """actionlint, compiled as the platform's tools are: once per machine, with the pinned toolchain."""
    recipes, store = RecipeFiles(FOLDER), ContentStore(user_cache_path("build-tasks") / "tools")
    settings = recipes.text("go/toolchain.toml")
    wheel = GoFromWheel(
        PythonPackages(processes, Path(sys.executable)),
        store,
        FakeReporter(),
        FOLDER / "go" / "requirements.txt",
    )
    go = Go(
        processes,
        toolchain=settings["toolchain"],
        oldest=settings["oldest"],
        path=os.environ["PATH"],
        fallback=wheel,
    )
    compiler = GoModules(go, store, DebianHost(processes), recipes.host_packages()["compile-c"])
    provide = ProvideTools(RecipeFiles(TEST_RECIPES).tools(), [compiler], store, FakeReporter(), {})
    return provide(["actionlint"])["actionlint"]


@pytest.fixture(scope="session")
def check_schema(processes: Processes) -> Checker:
    """``check_schema(flags, files)``: holds files against a schema that check-jsonschema carries."""

    def check(flags: Sequence[str], files: Sequence[Path]) -> Completed:
        return processes.run([sys.executable, "-m", "check_jsonschema", *flags, *files], check=False)

    return check
