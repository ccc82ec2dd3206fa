"""The shop that the steps are tried on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """One service, committed and on origin's main; nothing built, pushed or deployed."""
    root = tmp_path / "shop"
    root.mkdir()
    return Shop(root)
