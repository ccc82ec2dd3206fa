"""Starts Invoke without what no command line needs of it: half of what importing it costs.

It imports ``unittest.mock`` (with asyncio and ssl behind it) for ``MockContext``, a class for tests of tasks,
and a YAML library for configuration files that hardly anybody has. ``./inv`` is typed too often for that.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

_MOCK, _YAML = "unittest.mock", "invoke.vendor.yaml"


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
    """Import Invoke inside. Afterwards both libraries are what they are for everybody else; only Invoke's
    ``MockContext`` cannot be used in this process.
    """
    given = sys.modules.get(_MOCK)
    if given is None:
        sys.modules[_MOCK] = _stand_in()
    sys.meta_path.insert(0, _Lazily)
    try:
        yield
    finally:
        sys.meta_path.remove(_Lazily)
        if given is None:
            del sys.modules[_MOCK]


def _stand_in() -> ModuleType:
    module = ModuleType(_MOCK)
    module.Mock = object  # type: ignore[attr-defined]  # the one name that Invoke imports
    return module
