"""The suites of this repository's tests, and how many tests of each are run at a time (decision 29)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: As many tests at a time as there are CPUs, in any order: they share nothing.
_ANYHOW = ("--numprocesses=auto", "--dist=worksteal")
#: File by file, in the order given; half the time they wait for another program, so more files than CPUs.
_FILES = (f"--numprocesses={(os.cpu_count() or 1) * 3 // 2}", "--dist=loadfile", "--no-loadscope-reorder")


@dataclass(frozen=True)
class Suite:
    """Tests that are run together.

    :param reason: what they are, in a few words.
    :param words: what pytest is told: which tests, and how many at a time (one after another if nothing is).
    """

    name: str
    reason: str
    words: tuple[str, ...]


_ALONE = "tests/unit"
UNIT = Suite("unit", "pure logic and fakes", (_ALONE, *_ANYHOW))
#: On the same platform as those of the story, which come after them.
ON_PLATFORM = (
    Suite(
        "contract",
        "each adapter against the real tool, and what needs no release of ours",
        ("tests/integration/apart", "tests/contract", *_FILES),
    ),
    Suite(
        "integration",
        "the whole flow on real clusters",
        ("tests/integration", "--ignore=tests/integration/apart"),
    ),
)


def from_top(root: Path, name: str) -> str:
    """A test's name as pytest gives it, whichever way its path was typed (``./``, absolute)."""
    path, *inside = name.split("::")
    return "::".join([os.path.relpath(root / path, root), *inside])


def need_platform(names: Iterable[str]) -> bool:
    """Whether any of these, named from the top, is no unit test: what else needs none is not told apart."""
    return not all(f"{name}/".startswith(f"{_ALONE}/") for name in names)
