"""In which order services come up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.model.order import waves


def test_who_is_called_comes_first() -> None:
    calls = {"workflow": ["package", "delivery"], "delivery": [], "package": [], "ingestion": []}
    assert waves(calls) == [["delivery", "ingestion", "package"], ["workflow"]]


def test_who_is_not_there_is_not_waited_for() -> None:
    assert waves({"workflow": ["package"]}) == [["workflow"]]


def test_nobody() -> None:
    assert waves({}) == []


def test_a_circle_is_named_in_the_order_of_the_calls() -> None:
    with pytest.raises(ValueError, match=r"a -> b -> c -> a|b -> c -> a -> b|c -> a -> b -> c"):
        waves({"a": ["b"], "b": ["c"], "c": ["a"]})


@given(st.dictionaries(st.sampled_from("abcdef"), st.sets(st.sampled_from("abcdef"))))
def test_everybody_comes_once_and_after_whom_they_call(calls: dict[str, set[str]]) -> None:
    try:
        found = waves(calls)
    except ValueError:
        return
    position = {name: number for number, wave in enumerate(found) for name in wave}
    assert sorted(position) == sorted(calls)
    assert sum(map(len, found)) == len(calls)
    for name, callees in calls.items():
        assert all(position[callee] < position[name] for callee in callees if callee in calls)
