"""Told again on the same platform. Comes after the tests that look at what the first telling left behind."""

from __future__ import annotations

import re

import pytest

from tests.integration.conftest import Told

pytestmark = pytest.mark.timeout(1500)


def live_in_production(told: Told) -> dict[str, bool]:
    rows = told.root.json("delivery.status", "--env", "prod")
    return {row["version"]: row["live"] for row in rows}


def newest_cut(told: Told) -> int:
    """The last number of the newest 0.1.x that was cut, whether it came as far as production or not."""
    heads = told.developer.git("ls-remote", "--heads", "origin", "release/delivery/v0.1.*")
    return max(int(number) for number in re.findall(r"release/delivery/v0\.1\.(\d+)", heads))


def test_a_second_demonstration_starts_at_the_next_free_version(told: Told) -> None:
    before, newest = live_in_production(told), newest_cut(told)
    [live] = [version for version, is_live in before.items() if is_live]
    again = told.root.inv("demo")
    assert again.status == 0, again.said[-6000:]
    # What was live before is live again: the version that this telling promoted was rolled back.
    assert live_in_production(told) == {live: True, f"v0.1.{newest + 1}": False}
    assert "release delivery: skipped, a version of it is live in production" in again.said
