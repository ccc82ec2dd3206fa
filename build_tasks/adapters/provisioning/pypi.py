"""Packages from the Python package index, through pip."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from build_tasks.adapters.programs.process import Processes


class PythonPackages:
    """pip of a given Python.

    :param python: the interpreter whose pip is used.
    """

    def __init__(self, processes: Processes, python: Path) -> None:
        self._processes = processes
        self._python = python

    def install(self, requirements: Path, target: Path, on_line: Callable[[str], None]) -> None:
        """Unpack the wheels that a requirements file pins by hash into ``target``.

        :raises FlowError: with pip's last lines.
        """
        self._processes.run(
            [
                *(self._python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"),
                *("--no-deps", "--only-binary=:all:", "--require-hashes", "--target", target),
                *("--requirement", requirements),
            ],
            what=f"install {requirements.name} from the Python package index",
            on_line=on_line,
        )
