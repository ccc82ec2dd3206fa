"""The table in docs/exit-codes.md and the one in the code are the same table."""

from __future__ import annotations

import re
from pathlib import Path

from build_tasks.errors import ExitCode

PAGE = Path(__file__).parents[2] / "docs" / "exit-codes.md"
ROW = re.compile(r"^\| (\d+) \| (\w+) \| (.+) \|$", re.MULTILINE)


def rows() -> list[tuple[int, str, str]]:
    return [(int(value), name, text) for value, name, text in ROW.findall(PAGE.read_text(encoding="utf-8"))]


def test_every_code_is_on_the_page_in_its_own_words_and_no_other_is() -> None:
    assert rows() == [(int(code), code.name, code.description) for code in ExitCode]


def test_no_code_is_used_twice_and_all_fit_a_shell() -> None:
    values = [value for value, _, _ in rows()]
    assert len(set(values)) == len(values)
    assert all(0 <= value <= 255 for value in values)
