"""Programs that the machine has already."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from semver import Version

from build_tasks.adapters.programs.process import Processes
from build_tasks.errors import FlowError
from build_tasks.model.platform import AcceptedVersions, Declined, Found, Obtainable, ToolRecipe

_VERSION = re.compile(r"v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)")
#: Seconds a program gets to print its version.
_PATIENCE = 10.0


class PathTools:
    """Accepts a program on PATH if the recipe names the versions that will do.

    :param path: the PATH to search.
    :param ours: folder of what we provide ourselves; a PATH that leads there says nothing about the machine.
    """

    label = "PATH"
    origin = "from PATH"

    def __init__(self, processes: Processes, path: str, ours: Path) -> None:
        self._processes = processes
        self._path = path
        self._ours = ours.resolve()

    def look(self, recipe: ToolRecipe, program: str) -> Found | Obtainable | Declined:
        """Found, or why not."""
        accepted = recipe.accept.get(program)
        if accepted is None:
            return Declined("only ours is used")
        where = self._which(program)
        if where is None:
            return Declined(f"no {program} there")
        version = self._version(where, accepted)
        if version is None:
            return Declined(f"{where} does not tell its version")
        if not within(version, accepted.range):
            return Declined(f"{where} is {version}, not {accepted.range}")
        return Found(where, str(version))

    def bring(self, recipe: ToolRecipe, on_line: object) -> None:
        """Never asked for: this source has a program or declines."""
        raise AssertionError(f"PATH cannot bring {recipe.name}")

    def _which(self, program: str) -> Path | None:
        for folder in self._path.split(os.pathsep):
            found = shutil.which(program, path=folder)
            if found is not None and not Path(found).resolve().is_relative_to(self._ours):
                return Path(found).absolute()
        return None

    def _version(self, program: Path, accepted: AcceptedVersions) -> Version | None:
        try:
            done = self._processes.run([program, *accepted.ask], check=False, timeout=_PATIENCE)
        except FlowError:
            return None
        found = _VERSION.search(done.stdout)
        return Version.parse(found[1]) if done.status == 0 and found else None


def within(version: Version, conditions: str) -> bool:
    """Whether a version, its pre-release part left aside, meets all of ``>=1.2.3,<2.0.0``.

    Vendors mark builds of a release in the pre-release part (``1.32.4-dispatcher``).
    """
    plain = version.replace(prerelease=None, build=None)
    return all(plain.match(condition) for condition in conditions.split(","))
