"""docs/faults.md names tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TEST = re.compile(r"`(test_\w+\.py)(?:::(test_\w+))?`")


def test_every_case_is_tried_by_a_test_that_exists() -> None:
    rows = [line for line in (ROOT / "docs/faults.md").read_text().splitlines() if line.startswith("| ")][1:]
    files = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    assert len(rows) > 20
    for row in rows[1:]:
        named = _TEST.findall(row)
        assert named, row
        missing = [test for file, test in named if f"def {test}" not in files.get(file, "")]
        assert missing == [], row
