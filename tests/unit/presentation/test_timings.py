"""Durations are remembered, and nothing depends on the file being there or right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from build_tasks.presentation.timings import Timings


def test_a_duration_is_known_to_the_next_run(tmp_path: Path) -> None:
    file = tmp_path / "state" / "timings.json"
    Timings(file).record("build delivery", 41.26)
    assert Timings(file).last("build delivery") == 41.3
    assert Timings(file).last("test delivery") is None


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'"x"', b"\xff\xfe", b'{"build": "long", "x": -1}'])
def test_a_corrupt_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "timings.json"
    file.write_bytes(content)
    timings = Timings(file)
    assert timings.last("build") is None
    timings.record("build", 2)
    assert json.loads(file.read_text())["build"] == 2


def test_what_another_process_recorded_meanwhile_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "timings.json"
    one, other = Timings(file), Timings(file)
    one.record("a", 1)
    other.record("b", 2)
    assert json.loads(file.read_text()) == {"a": 1, "b": 2}


def test_the_file_does_not_grow_for_ever(tmp_path: Path) -> None:
    file = tmp_path / "timings.json"
    file.write_text(json.dumps({f"step {n}": n for n in range(600)}))
    Timings(file).record("new", 1)
    known = json.loads(file.read_text())
    assert len(known) == 500
    assert "new" in known
    assert "step 0" not in known


def test_a_file_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    timings = Timings(in_the_way / "timings.json")
    timings.record("build", 1)
    assert timings.last("build") == 1


def test_no_file_no_memory() -> None:
    timings = Timings(None)
    timings.record("build", 1)
    assert timings.last("build") is None
