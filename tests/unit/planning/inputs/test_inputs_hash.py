"""The inputs hash changes with everything that goes into an image, and with nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.planning.inputs.inputs_hash import InputFile, Inputs

ONE, OTHER = InputFile("a", False, "11"), InputFile("b", True, "22")
INPUTS = Inputs(
    (ONE, OTHER), {"A": "1", "B": "2"}, "linux/x86_64", {"python:3": "sha256:1", "go": "sha256:2"}
)


def test_it_is_a_sha256() -> None:
    assert len(INPUTS.hash) == 64
    assert int(INPUTS.hash, 16) > 0


@pytest.mark.parametrize(
    "change",
    [
        {"files": (replace(ONE, sha256="12"), OTHER)},
        {"files": (replace(ONE, executable=True), OTHER)},
        {"files": (replace(ONE, path="c"), OTHER)},
        {"files": (ONE,)},
        {"files": (ONE, OTHER, InputFile("c", False, "33"))},
        {"args": {"A": "1", "B": "3"}},
        {"args": {"A": "1"}},
        {"platform": "linux/aarch64"},
        {"bases": {"python:3": "sha256:3", "go": "sha256:2"}},
        {"bases": {"python:3": "sha256:1"}},
    ],
)
def test_changes_with_every_input(change: dict[str, object]) -> None:
    assert replace(INPUTS, **change).hash != INPUTS.hash  # type: ignore[arg-type]  # one field of the right type


def test_order_does_not_matter() -> None:
    turned = Inputs(
        (OTHER, ONE), {"B": "2", "A": "1"}, INPUTS.platform, {"go": "sha256:2", "python:3": "sha256:1"}
    )
    assert turned.hash == INPUTS.hash


def test_parts_do_not_run_into_each_other() -> None:
    one = Inputs((InputFile("ab", False, "c"),), {}, "", {})
    other = Inputs((InputFile("a", False, "bc"),), {}, "", {})
    assert one.hash != other.hash


FILES = st.lists(
    st.builds(InputFile, st.text(max_size=5), st.booleans(), st.text("0123456789abcdef", max_size=4)),
    unique_by=lambda file: file.path,
    max_size=4,
)


@given(FILES, FILES, st.randoms())
def test_equal_exactly_for_equal_files(
    one: list[InputFile], other: list[InputFile], random: st.DataObject
) -> None:
    def hash_of(files: list[InputFile]) -> str:
        shuffled = list(files)
        random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' own Random
        return Inputs(tuple(shuffled), {}, "", {}).hash

    assert (hash_of(one) == hash_of(other)) == (set(one) == set(other))
