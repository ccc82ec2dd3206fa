"""A plan as jobs of a CI system."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from build_tasks.model.plan import Action, Plan, Verb
from build_tasks.planning.pipelines.matrix import Leg, azure_matrix, github_matrix, legs

NAMES = st.lists(st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True), unique=True, max_size=30)


def plan(*services: str) -> Plan:
    return Plan("a push", tuple(Action(v, s, "changed") for s in services for v in (Verb.BUILD, Verb.TEST)))


def test_a_job_for_each_service_that_something_is_done_for() -> None:
    assert legs(plan("package", "delivery"), 50) == (Leg("package", "package"), Leg("delivery", "delivery"))
    assert legs(Plan("nothing", (), ("delivery: unchanged",)), 50) == ()


def test_several_share_a_job_where_there_would_be_too_many() -> None:
    assert legs(plan("a", "b", "c", "d", "e"), 2) == (
        Leg("a-and-2-more", "a,b,c"),
        Leg("d-and-1-more", "d,e"),
    )


@given(NAMES, st.integers(1, 12))
def test_every_service_is_in_one_job_and_jobs_are_about_equal(services: list[str], at_most: int) -> None:
    found = legs(plan(*services), at_most)
    sizes = [len(leg.only.split(",")) for leg in found]
    assert [name for leg in found for name in leg.only.split(",")] == services
    assert len(found) == min(at_most, len(services))
    assert not sizes or max(sizes) - min(sizes) <= 1
    assert len({leg.name for leg in found}) == len(found)


@given(NAMES)
def test_azure_takes_the_names_of_jobs(services: list[str]) -> None:
    """Letters, digits and underscores, at most 100, beginning with a letter."""
    found = json.loads(azure_matrix(legs(plan(*services), 5)))
    assert len(found) == min(5, len(services))
    assert all(re.fullmatch(r"[A-Za-z]\w{0,99}", name, re.ASCII) for name in found)


def test_in_the_systems_own_forms() -> None:
    jobs = [Leg("drone-scheduler", "drone-scheduler"), Leg("a-and-1-more", "a,b")]
    assert json.loads(github_matrix(jobs)) == [
        {"name": "drone-scheduler", "only": "drone-scheduler"},
        {"name": "a-and-1-more", "only": "a,b"},
    ]
    assert json.loads(azure_matrix(jobs)) == {
        "drone_scheduler": {"leg": "drone-scheduler", "only": "drone-scheduler"},
        "a_and_1_more": {"leg": "a-and-1-more", "only": "a,b"},
    }


def test_nothing_to_do_is_what_the_pipelines_compare_with() -> None:
    assert (github_matrix([]), azure_matrix([])) == ("[]", "{}")
    assert "\n" not in github_matrix([Leg("a", "a")] * 9)
