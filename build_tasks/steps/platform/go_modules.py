"""The source of tools that always works: each built from its Go module, once per machine."""

from __future__ import annotations

import shutil
from pathlib import Path

from build_tasks.model.platform import Declined, Found, HostPackages, Obtainable, ToolRecipe
from build_tasks.ports.provisioning import GoCompiler, HostSystem, Lines, Store

#: Beside ``bin``: the kept sources, each module below its own path.
_MODULES = "modules"


def kept_sources(program: Path, module: str) -> Path:
    """Where what a recipe keeps of a module is, of a program that this source brought."""
    return program.parent.parent / _MODULES / module


class GoModules:
    """Builds tools and keeps them.

    :param store: keeps ``<recipe>/<key>/bin/<program>``, and ``<recipe>/<key>/modules/<module>/<path>``.
    :param c_compiler: host packages that a recipe with cgo needs.
    """

    label = "Go module"
    origin = "compiled"

    def __init__(
        self, compiler: GoCompiler, store: Store, host: HostSystem, c_compiler: HostPackages
    ) -> None:
        self._compiler = compiler
        self._store = store
        self._host = host
        self._c_compiler = c_compiler

    def look(self, recipe: ToolRecipe, program: str) -> Found | Obtainable | Declined:
        """Found in the cache, or obtainable."""
        folder = self._store.find(recipe.name, recipe.key(self._compiler.identity))
        if folder is None:
            return Obtainable("not in the cache, or its recipe changed")
        return Found(folder / "bin" / program, recipe.version_of(program))

    def bring(self, recipe: ToolRecipe, on_line: Lines) -> None:
        """Build all programs of the recipe into the cache.

        :raises FlowError: when the compiler or a C library is missing and may not be installed, or when a
            build fails.
        """
        if recipe.cgo:
            self._host.install(self._c_compiler, on_line)
        key = recipe.key(self._compiler.identity)
        with self._store.fill(recipe.name, key) as folder:
            if self._store.find(recipe.name, key) is not None:
                return  # another run of ours built it while we waited for the lock
            for program in recipe.programs:
                self._compiler.build(recipe.build_of(program), folder / "bin" / program, on_line)
            for module, paths in recipe.keep.items():
                sources = self._compiler.sources(recipe.folder, module)
                for path in paths:
                    _copy(sources / path, folder / _MODULES / module / path)


def _copy(source: Path, target: Path) -> None:
    """Contents only: Go keeps modules read-only, and what is in our cache must be removable."""
    files = [file for file in source.rglob("*") if file.is_file()] if source.is_dir() else [source]
    for file in files:
        to = target / file.relative_to(source)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, to)
