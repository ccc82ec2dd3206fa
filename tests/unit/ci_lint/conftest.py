from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.ci_lint.monorepo import Monorepo


@pytest.fixture
def repo(tmp_path: Path) -> Monorepo:
    root = tmp_path / "repo"
    root.mkdir()
    return Monorepo(root)
