"""Told again on the same platform. Comes after the tests that look at what the first telling left behind."""

from __future__ import annotations

import pytest

from tests.integration.conftest import Told

pytestmark = pytest.mark.timeout(1500)


def test_a_second_demonstration_starts_at_the_next_free_version(told: Told) -> None:
    again = told.root.inv("demo")
    assert again.status == 0, again.said[-6000:]
    # 0.1.2 never left QA, but it was pushed; 0.1.3 was live until it was rolled back.
    rows = told.root.json("delivery.status", "--env", "prod")
    assert {row["version"]: row["live"] for row in rows} == {"v0.1.0": True, "v0.1.3": False}
    assert "release delivery: skipped, a version of it is live in production" in again.said
