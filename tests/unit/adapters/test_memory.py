"""How much memory there is, and when compilers may do without collecting garbage."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.adapters.machine.memory import memory_limit
from build_tasks.adapters.provisioning.go import collection

_GIB = 1 << 30


def test_a_container_has_what_it_may_use(tmp_path: Path) -> None:
    machine = memory_limit(())
    assert machine > 0
    (tmp_path / "less").write_text("1048576\n")
    (tmp_path / "more").write_text(f"{machine * 2}\n")
    (tmp_path / "max").write_text("max\n")
    assert memory_limit([tmp_path / "more", tmp_path / "max", tmp_path / "none"]) == machine
    assert memory_limit([tmp_path / "more", tmp_path / "less"]) == 1048576


@pytest.mark.parametrize(
    ("memory", "processors", "settings"),
    [
        (8 * _GIB, 2, {"GOGC": "off", "GOMEMLIMIT": str(2 * _GIB)}),
        (24 * _GIB, 2, {"GOGC": "off", "GOMEMLIMIT": str(6 * _GIB)}),
        (8 * _GIB - 1, 2, {}),
        (16 * _GIB, 8, {}),
    ],
)
def test_compilers_collect_no_garbage_where_there_is_room(
    memory: int, processors: int, settings: dict[str, str]
) -> None:
    """Half of the memory is theirs, at least 2 GiB each."""
    assert collection(memory, processors) == settings
