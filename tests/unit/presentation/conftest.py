"""Where consoles draw in these tests."""

from __future__ import annotations

import pytest

from tests.fakes.screen import Screen, Ticks


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def screen() -> Screen:
    return Screen()
