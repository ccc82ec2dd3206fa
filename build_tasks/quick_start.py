"""Starts Invoke without what no command line needs of it: two thirds of what importing it costs.

It imports ``unittest.mock`` (with asyncio and ssl behind it) for ``MockContext``, a class for tests of tasks;
``importlib.metadata`` (with a parser of e-mail) to know its own version; and a YAML library for configuration
files that hardly anybody has. ``./inv`` is typed too often for that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

_MOCK, _METADATA, _YAML = "unittest.mock", "importlib.metadata", "invoke.vendor.yaml"


class _Lazily:
    """Finds the YAML library, which then runs when something of it is asked for."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != _YAML:
            return None
        found = PathFinder.find_spec(name, path)
        if found is not None and found.loader is not None:
            found.loader = LazyLoader(found.loader)
        return found


@contextmanager
def without_what_is_not_needed() -> Iterator[None]:
    """Import Invoke inside. Afterwards all of these are what they are for everybody else; only Invoke's
    ``MockContext`` cannot be used in this process.
    """
    made = {_MOCK: _without_mocks, _METADATA: _of_one_version}
    stand_ins = {name: make() for name, make in made.items() if name not in sys.modules}
    sys.modules.update(stand_ins)
    sys.meta_path.insert(0, _Lazily)
    try:
        yield
    finally:
        sys.meta_path.remove(_Lazily)
        for name, stand_in in stand_ins.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]


def _without_mocks() -> ModuleType:
    module = ModuleType(_MOCK)
    module.Mock = object  # type: ignore[attr-defined]  # the one name that Invoke imports
    return module


def _of_one_version() -> ModuleType:
    module = ModuleType(_METADATA)
    module.version = _version  # type: ignore[attr-defined]  # the one name that Invoke asks for
    return module


def _version(package: str) -> str:
    """The version of an installed package that is a folder of the same name.

    What installs it says so in the name of a folder beside it:
    https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-dist-info-directory
    """
    found = PathFinder.find_spec(package)
    if found is not None and found.origin is not None:
        beside = os.listdir(os.path.dirname(os.path.dirname(found.origin)))
        head, tail = f"{package}-", ".dist-info"
        names = [name for name in beside if name.startswith(head) and name.endswith(tail)]
        if len(names) == 1:
            return names[0].removeprefix(head).removesuffix(tail)
    del sys.modules[_METADATA]
    from importlib.metadata import version

    return version(package)
