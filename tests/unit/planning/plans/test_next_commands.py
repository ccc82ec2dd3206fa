"""What to type next."""

from __future__ import annotations

import pytest

from build_tasks.model.plan import Action, Plan, Verb
from build_tasks.planning.plans.next_commands import commands_after
from build_tasks.planning.plans.pipeline import candidate, delivery, release, validation
from tests.fakes.samples import service, v

SERVICE = service()
RELEASE = Plan("x", tuple(release(SERVICE, v("1.0.2"))))
DELIVERY = Plan("x", tuple(delivery(SERVICE, v("1.0.2"))))


def test_a_release_that_was_pushed_goes_on_to_its_delivery() -> None:
    assert commands_after(RELEASE, []) == ("./inv ci.deliver --branch release/delivery/v1.0.2",)


def test_a_delivered_release_waits_for_an_approver() -> None:
    assert commands_after(DELIVERY, []) == (
        "./inv delivery.approve --version 1.0.2",
        "./inv delivery.promote --version 1.0.2",
    )


@pytest.mark.parametrize(
    "actions",
    [
        [],
        validation("delivery", "x"),
        candidate("delivery", "x"),
        delivery(SERVICE, v("1.0.2-rc.1")),
    ],
)
def test_where_there_is_nothing_to_type(actions: list[Action]) -> None:
    assert commands_after(Plan("x", tuple(actions)), []) == ()


@pytest.mark.parametrize(
    ("action", "command"),
    [
        (Action(Verb.BUILD, "delivery", "x"), "./inv delivery.build"),
        (Action(Verb.TEST, "delivery", "x"), "./inv delivery.test"),
        (Action(Verb.SCAN, "delivery", "x"), "./inv delivery.scan"),
        (Action(Verb.PACKAGE, "delivery", "x", v("1.0.2")), "./inv delivery.package"),
        (Action(Verb.PUSH, "delivery", "x", v("1.0.2")), "./inv delivery.push --version 1.0.2"),
        (
            Action(Verb.VERIFY, "delivery", "x", v("1.0.2"), "qa"),
            "./inv delivery.verify --env qa --version 1.0.2",
        ),
        (Action(Verb.RETIRE, "delivery", "x", None, "qa"), "./inv delivery.retire --env qa"),
    ],
)
def test_what_failed_can_be_tried_alone(action: Action, command: str) -> None:
    assert commands_after(RELEASE, [action]) == (command,)


def test_what_has_no_task_of_its_own_leaves_the_plan_s() -> None:
    waiting = Action(Verb.AWAIT_APPROVAL, "delivery", "x", v("1.0.2"))
    assert commands_after(DELIVERY, [waiting]) == commands_after(DELIVERY, [])
