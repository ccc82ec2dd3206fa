"""No sequence of deeds by people without the right reaches production.

The sequences are random; that they would find a hole is tried with gates that have one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from build_tasks.model.evidence import Decision, SignedStatement
from build_tasks.model.source import Signature
from build_tasks.planning.releases import approvals
from build_tasks.steps import execute
from build_tasks.steps.delivery import deploy
from build_tasks.steps.evidence import approval
from build_tasks.steps.release import release as sources
from tests.unit.steps.trespass import KEYS, VERSIONS, Deeds, TrespassError, World

_RUNS = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
keys, versions, decisions = st.sampled_from(KEYS), st.sampled_from(VERSIONS), st.sampled_from(Decision)
numbers, which = st.integers(0, 30), st.integers(0, 2)
APPROVE, REJECT = Decision.APPROVE, Decision.REJECT


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Made once; whoever does something in it takes :meth:`World.another`."""
    root = tmp_path_factory.mktemp("trespass") / "shop"
    root.mkdir()
    return World.made(root)


def machine(world: World) -> type[RuleBasedStateMachine]:
    """Random deeds in that world."""

    class Crowd(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.world = world.another()

        @rule(key=keys, decision=decisions, version=versions)
        def decide(self, key: str, decision: Decision, version: str) -> None:
            self.world.decide(key, decision, version)

        @rule(key=keys, version=versions)
        def approve(self, key: str, version: str) -> None:
            self.world.decide(key, APPROVE, version)

        @rule(
            key=keys,
            decision=decisions,
            version=versions,
            image=which,
            environment=st.sampled_from(["prod", "prod", "prod", "qa"]),
            hours=st.sampled_from([0, 0, -71, -80, 5]),
        )
        def sign(
            self, key: str, decision: Decision, version: str, image: int, environment: str, hours: int
        ) -> None:
            self.world.sign(key, decision, version, self.world.images[image], environment, hours)

        @rule(number=numbers, image=which)
        def attach_again(self, number: int, image: int) -> None:
            self.world.attach_again(number, self.world.images[image])

        @rule(
            number=numbers,
            image=which,
            change=st.sampled_from(
                [(b"reject", b"approve"), (b'"qa"', b'"prod"'), (b"1.0.2", b"1.0.3"), (b"2026-", b"2036-")]
            ),
        )
        def tamper(self, number: int, image: int, change: tuple[bytes, bytes]) -> None:
            self.world.tamper(number, self.world.images[image], *change)

        @rule(number=numbers, image=which)
        def delete(self, number: int, image: int) -> None:
            self.world.delete(number, self.world.images[image])

        @rule(version=versions, image=which, chart=versions)
        def retag(self, version: str, image: int, chart: str) -> None:
            self.world.retag(version, self.world.images[image], chart)

        @rule(version=versions)
        def tag_as_it_was(self, version: str) -> None:
            self.world.retag(version, self.world.found[version].image, version)

        @rule(image=which, key=keys)
        def testify(self, image: int, key: str) -> None:
            self.world.testify(self.world.images[image], key)

        @rule(lender=which, borrower=which)
        def borrow(self, lender: int, borrower: int) -> None:
            self.world.borrow(self.world.images[lender], self.world.images[borrower])

        @rule(hours=st.sampled_from([1, 10, 73]))
        def wait(self, hours: int) -> None:
            self.world.wait(hours)

        @rule(approvers=st.sets(keys), builder_counts=st.sampled_from([True, True, False]), required=which)
        def main_says(self, approvers: set[str], builder_counts: bool, required: int) -> None:
            self.world.main_says(
                approvers=approvers, builder_counts=builder_counts, required=max(1, required)
            )

        @rule()
        def branch_says_that_all_may(self) -> None:
            self.world.branch_says_that_all_may()

        @rule(
            version=versions,
            people=st.lists(keys, max_size=3),
            against=st.sampled_from([None, None, *KEYS]),
            hours=st.sampled_from([0, 0, -80]),
        )
        def come_together(self, version: str, people: list[str], against: str | None, hours: int) -> None:
            """Chance alone rarely does what belongs together in that order."""
            image = self.world.found[version].image
            self.world.retag(version, image, version)
            for key in people:
                self.world.sign(key, APPROVE, version, image, "prod", hours)
            if against:
                self.world.sign(against, REJECT, version, image, "prod", 0)
            self.world.promote(version)

        @rule(version=versions)
        def promote(self, version: str) -> None:
            self.world.promote(version)

        @rule(version=versions)
        def plan(self, version: str) -> None:
            self.world.plan(version)

        @rule(number=numbers)
        def apply(self, number: int) -> None:
            self.world.apply(number)

        @rule(version=versions)
        def deploy(self, version: str) -> None:
            self.world.deploy(version)

        @rule(version=versions)
        def lose(self, version: str) -> None:
            self.world.lose(version)

        @rule(version=versions, expected=st.sampled_from([None, *VERSIONS]))
        def switch(self, version: str, expected: str | None) -> None:
            self.world.switch(version, expected)

        @invariant()
        def nobody_trespassed(self) -> None:
            self.world.check()

    return Crowd


def test_nobody_without_the_right_reaches_production(world: World) -> None:
    run_state_machine_as_test(machine(world), settings=_RUNS)


@dataclass(frozen=True)
class Hole:
    """A gate that lacks something, and the deeds of those who know.

    :param place: whose attribute is replaced.
    :param instead: makes the replacement from what is there.
    :param deeds: what then leads into production, and does not otherwise.
    """

    place: Any
    name: str
    instead: Callable[[Any], Any]
    deeds: Sequence[Deeds]


def approved(version: str = "1.0.1", *people: str) -> Deeds:
    def deed(world: World) -> None:
        for person in people or ("ann",):
            world.decide(person, APPROVE, version)

    return deed


def promoted(version: str = "1.0.1") -> Deeds:
    return lambda world: world.promote(version)


def wanted(required: int, without: str = "") -> Deeds:
    return lambda world: world.main_says(
        approvers=world.approvers - {without}, builder_counts=True, required=required
    )


def signed(key: str, version: str, image: int, *, environment: str = "prod", hours: int = 0) -> Deeds:
    return lambda world: world.sign(key, APPROVE, version, world.images[image], environment, hours)


def _each_alone(_: Any) -> Any:
    return lambda signatures: [frozenset({one}) for one in dict.fromkeys(signatures)]


def _blind(change: Callable[[SignedStatement], bool]) -> Callable[[Any], Any]:
    """Finds no problem with statements of a kind."""
    return lambda problem: (
        lambda *facts: "" if change(facts[-1]) and not facts[-1].refusal else problem(*facts)
    )


def _deaf(problem: Any) -> Any:
    """Passes over rejections."""
    return lambda *facts: "no" if facts[-1].statement.decision is REJECT else problem(*facts)


def _uncut(stand: Any) -> Any:
    """Does not know who cut it."""
    nobody = Signature("nobody", "SHA256:nobody")
    return lambda record, *facts: stand(replace(record, signer=nobody), *facts)


HOLES = {
    "who may is asked of the checked-out branch": Hole(
        sources,
        "main_ref",
        lambda _: lambda bench: "HEAD",
        [World.branch_says_that_all_may, signed("stranger", "1.0.1", 0), promoted()],
    ),
    "one is enough": Hole(
        approval, "required_approvals", lambda _: lambda bench: 1, [wanted(2), approved(), promoted()]
    ),
    "two keys are two people": Hole(
        approvals, "hands", _each_alone, [wanted(2), approved("1.0.1", "ann", "ann2"), promoted()]
    ),
    "who cut it may approve it": Hole(approval, "stand", _uncut, [signed("cutter", "1.0.1", 0), promoted()]),
    "approvals do not expire": Hole(
        approvals, "_out_of_time", lambda _: lambda *facts: "", [approved(), lambda w: w.wait(73), promoted()]
    ),
    "approvals count before they were given": Hole(
        approvals,
        "_out_of_time",
        lambda _: lambda *facts: "",
        [signed("ann", "1.0.1", 0, hours=5), promoted()],
    ),
    "rejections are passed over": Hole(
        approvals, "_problem", _deaf, [approved(), lambda w: w.decide("ben", REJECT, "1.0.1"), promoted()]
    ),
    "an approval of another version does": Hole(
        approvals,
        "_problem",
        _blind(lambda one: one.statement.version == "1.0.2"),
        [approved("1.0.2", "ben"), promoted("1.0.3")],
    ),
    "an approval for another environment does": Hole(
        approvals,
        "_problem",
        _blind(lambda one: one.statement.environment == "qa"),
        [signed("ben", "1.0.1", 0, environment="qa"), promoted()],
    ),
    "an approval of another image does": Hole(
        approvals,
        "_problem",
        _blind(lambda one: one.statement.version == "1.0.1"),
        [
            approved(),
            lambda w: w.retag("1.0.1", w.images[1], "1.0.1"),
            lambda w: w.vouch("1.0.1", w.images[1], "1.0.1"),
            lambda w: w.attach_again(0, w.images[1]),
            promoted(),
        ],
    ),
    "evidence is not asked for": Hole(
        execute,
        "check_evidence",
        lambda _: lambda *facts: None,
        [
            lambda w: w.retag("1.0.1", w.images[2], "1.0.1"),
            lambda w: w.testify(w.images[2], "stranger"),
            lambda w: w.borrow(w.images[0], w.images[2]),
            signed("ann", "1.0.1", 2),
            promoted(),
        ],
    ),
    "who was promoted once is not asked again": Hole(
        deploy,
        "check_gate",
        lambda _: lambda *facts, **options: (),
        [
            *(deed for one in VERSIONS for deed in (approved(one, "ben"), promoted(one))),
            lambda w: w.lose("1.0.1"),
            lambda w: w.decide("eve", REJECT, "1.0.1"),
            lambda w: w.deploy("1.0.1"),
        ],
    ),
}


@pytest.mark.parametrize("hole", HOLES.values(), ids=[*HOLES])
def test_a_hole_would_be_seen(world: World, hole: Hole, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same deeds change nothing as long as the gate is whole, and are a trespass where it is not."""
    _do(world.another(), hole.deeds)
    monkeypatch.setattr(hole.place, hole.name, hole.instead(getattr(hole.place, hole.name)))
    with pytest.raises(TrespassError):
        _do(world.another(), hole.deeds)


def _do(world: World, deeds: Sequence[Deeds]) -> None:
    for deed in deeds:
        deed(world)
        world.check()


@pytest.mark.parametrize(
    "hole",
    ["approvals do not expire", "rejections are passed over"],
)
def test_chance_finds_a_hole(world: World, monkeypatch: pytest.MonkeyPatch, hole: str) -> None:
    """Without being told what to do. (These are always the same sequences.)"""
    there = HOLES[hole]
    monkeypatch.setattr(there.place, there.name, there.instead(getattr(there.place, there.name)))
    runs = settings(_RUNS, max_examples=300, derandomize=True, database=None, phases=[Phase.generate])
    with pytest.raises(TrespassError):
        run_state_machine_as_test(machine(world), settings=runs)


def test_who_has_the_right_does_reach_production(world: World) -> None:
    """A gate that lets nobody through would pass everything above."""
    mine = world.another()
    mine.main_says(approvers=mine.approvers, builder_counts=True, required=2)
    for version, people in (("1.0.1", ("ann", "ben")), ("1.0.3", ("cutter", "eve"))):
        _do(mine, [approved(version, *people), promoted(version)])
    mine.plan("1.0.2")
    _do(mine, [approved("1.0.2", "ann", "ben"), lambda w: w.apply(0)])
    assert {one[0] for one in mine.let_in} == set(VERSIONS)
    assert replace(mine.plans[0]).expected.words == "v1.0.3"
