"""Which tests are run without a platform, however their names are typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.adapters.own_suites import from_top, need_platform

_ROOT = Path("/repository")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("tests/unit", "tests/unit"),
        ("./tests/unit/steps/", "tests/unit/steps"),
        ("/repository/tests/unit/test_x.py::test_it[a/b::c]", "tests/unit/test_x.py::test_it[a/b::c]"),
        ("tests/unit/../contract/test_x.py", "tests/contract/test_x.py"),
    ],
)
def test_a_name_is_one_from_the_top(typed: str, name: str) -> None:
    assert from_top(_ROOT, typed) == name


@pytest.mark.parametrize(
    ("names", "needed"),
    [
        (["tests/unit", "tests/unit/steps", "tests/unit/test_x.py::test_it"], False),
        (["tests/unit", "tests/contract/test_x.py"], True),
        (["tests/units/test_x.py"], True),
        (["tests"], True),
    ],
)
def test_unit_tests_alone_need_none(names: list[str], needed: bool) -> None:
    assert need_platform(names) is needed
