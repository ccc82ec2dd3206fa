"""Releases under way at the same time wait for those that they call, at each point of their way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from build_tasks.errors import FlowError
from build_tasks.steps.demo.milestone import Milestone


def test_who_is_there_already_is_not_waited_for() -> None:
    Milestone(["workflow"]).wait_for(["delivery", "package"], "workflow")


def test_who_is_on_the_way_is_waited_for() -> None:
    milestone = Milestone(["workflow", "package"])
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(milestone.wait_for, ["package"], "workflow")
        assert not waiting.done()
        milestone.reach("package")
        waiting.result(timeout=10)


def test_who_gave_up_is_not_waited_for() -> None:
    milestone = Milestone(["workflow", "package"])
    milestone.give_up("package")
    with pytest.raises(FlowError, match="package, which it calls, did not get that far"):
        milestone.wait_for(["package"], "workflow")


def test_who_got_there_stays_there() -> None:
    """A release gives up every point when it ends, those that it reached included."""
    milestone = Milestone(["package"])
    milestone.reach("package")
    milestone.give_up("package")
    milestone.wait_for(["package"], "workflow")
