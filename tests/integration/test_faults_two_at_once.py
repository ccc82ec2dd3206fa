"""Two at the same thing at the same time: one does it, the other waits, or is told who has it."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode
from tests.integration.accounts import Account
from tests.integration.begun import Begun
from tests.integration.conftest import Told
from tests.integration.gameday import Gameday
from tests.integration.releasing import (
    LEASE,
    SERVICE,
    TO_MAIN,
    Approved,
    live,
    merge_a_change,
    new_agent,
    nobody_holds_it,
    on_main,
)
from tests.integration.waiting import wait_until

pytestmark = pytest.mark.timeout(1500)


def test_two_promotions_of_one_service(approved: Approved, gameday: Gameday, tmp_path: Path) -> None:
    case = "two promotions of one service at once"
    other = approved.another_agent(tmp_path / "other")
    with Begun(approved.agent, *approved.promote()) as one, Begun(other, *approved.promote()) as two:
        endings = [one.ended(), two.ended()]
    for typed in endings:
        gameday.survived(case, typed, ExitCode.BUSY)
    assert 0 in [typed.status for typed in endings]
    for typed in endings:
        if typed.status == ExitCode.BUSY:
            assert "is changing it since" in typed.said and "promote" in typed.said
    assert live(other, "prod") == approved.version
    assert nobody_holds_it("prod")


def test_a_promotion_that_was_stopped_finds_that_another_took_over(
    approved: Approved, gameday: Gameday, tmp_path: Path
) -> None:
    """A laptop that was closed, a machine that was suspended: it must not go on where another has been."""
    case = "a promotion that sleeps while another takes over"
    other = approved.another_agent(tmp_path / "other")
    with Begun(approved.agent, *approved.promote()) as sleeper:
        assert sleeper.step(lambda title: title.startswith("copy to"))
        with sleeper.halted():
            taken_over = other.inv(*approved.promote())
            gameday.converged(case, taken_over)
            assert "was not heard of for 15 s: taken over" in taken_over.said
        typed = sleeper.ended()
    # What it found to do may have been done by the other: then it has changed nothing, and may say so.
    gameday.survived(case, typed, ExitCode.BUSY)
    assert live(other, "prod") == approved.version
    gameday.converged(case, approved.agent.inv(*approved.promote()))


def test_a_killed_one_leaves_a_lease_that_says_whose_it_was(
    approved: Approved, gameday: Gameday, tmp_path: Path
) -> None:
    case = "SIGKILL while the service is held"
    with Begun(approved.agent, *approved.promote()) as run:
        assert run.step(lambda title: title.startswith("copy to"))
        run.signal(signal.SIGKILL)
        gameday.survived(case, run.ended(), -signal.SIGKILL)
    lease = Account.deployer("prod").json("get", "lease", LEASE)
    assert f"{SERVICE}.promote" in lease["metadata"]["annotations"]["build-tasks/command"]
    after = approved.agent.inv(*approved.promote())
    gameday.converged(case, after)
    assert f"{lease['spec']['holderIdentity']} had {SERVICE} in prod" in after.said
    assert nobody_holds_it("prod")


def test_two_agents_publish_the_same_commit(told: Told, gameday: Gameday, tmp_path: Path) -> None:
    """Both build, test and scan it, and attach their evidence to one image at the same time."""
    case = "two agents attach evidence at once"
    agents = [new_agent(told, tmp_path / name) for name in ("one", "two")]
    merge_a_change(told)
    for agent in agents:
        on_main(agent)
    with Begun(agents[0], *TO_MAIN) as one, Begun(agents[1], *TO_MAIN) as two:
        for run in (one, two):
            gameday.converged(case, run.ended())
    third = new_agent(told, tmp_path / "three")
    again = third.inv(*TO_MAIN)
    gameday.converged(case, again)
    assert f"publish {SERVICE}: skipped, the same content is there" in again.said
    assert f"test {SERVICE}: skipped, tested by ci on" in again.said


def test_what_is_read_waits_for_nobody(approved: Approved, gameday: Gameday) -> None:
    case = "looking while somebody is at work"
    account = Account.deployer("prod")
    held = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": LEASE, "annotations": {"build-tasks/command": "$(id) \x1b[31m\nred"}},
        "spec": {"holderIdentity": "mallory\x1b]0;title\x07", "leaseDurationSeconds": 3600},
    }
    account.apply(held)
    try:
        for words in (("status", "--env", "prod"), ("history", "--env", "prod")):
            gameday.converged(case, approved.agent.inv(f"{SERVICE}.{words[0]}", *words[1:]))
        gameday.converged(case, approved.agent.inv(*approved.promote(), "--dry-run"))
        busy = approved.agent.inv(f"{SERVICE}.retire", "--env", "prod")
        gameday.refused(case, busy, ExitCode.BUSY, says="mallory")
        assert "\x1b" not in busy.said and "\x07" not in busy.said
    finally:
        account.must("delete", "lease", LEASE)
    wait_until(lambda: nobody_holds_it("prod"), "it is gone")
