"""Which deployed versions have had their time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.model.version import Version
from build_tasks.planning.delivery.retirement import to_retire
from tests.fakes.samples import v, vs


@pytest.mark.parametrize(
    ("deployed", "traffic", "keep", "retired"),
    [
        # Live, and the one to go back to.
        (("1.0.0", "1.0.1"), ("1.0.1", "1.0.0"), 2, ()),
        (("1.0.0", "1.0.1", "1.0.2"), ("1.0.2", "1.0.1", "1.0.0"), 2, ("1.0.0",)),
        (("1.0.0", "1.0.1", "1.0.2"), ("1.0.2", "1.0.1", "1.0.0"), 3, ()),
        # Nobody answers yet: nothing goes.
        (("1.0.0", "1.0.1", "1.0.2"), (), 2, ()),
        ((), (), 2, ()),
        # On its way.
        (("1.0.0", "1.0.1", "1.0.2"), ("1.0.1", "1.0.0"), 2, ()),
        # After a rollback the one that failed is the one to go back to: it had the traffic.
        (("1.0.0", "1.0.1"), ("1.0.0", "1.0.1", "1.0.0"), 2, ()),
        # An old one that never had the traffic.
        (("0.9.0", "1.0.0", "1.0.1"), ("1.0.1", "1.0.0"), 2, ("0.9.0",)),
        # Versions that went away do not take the place of those that are there.
        (("1.0.0", "1.0.3"), ("1.0.3", "1.0.2", "1.0.1", "1.0.0"), 2, ()),
        # Ascending by version, not by text.
        (
            ("1.9.0", "1.10.0", "1.11.0", "1.12.0"),
            ("1.12.0", "1.11.0", "1.10.0", "1.9.0"),
            2,
            ("1.9.0", "1.10.0"),
        ),
    ],
)
def test_retires(
    deployed: tuple[str, ...], traffic: tuple[str, ...], keep: int, retired: tuple[str, ...]
) -> None:
    assert to_retire(vs(*deployed), vs(*traffic), keep) == vs(*retired)


SOME = st.lists(st.sampled_from(["1.0.0", "1.0.1", "1.0.2", "1.1.0", "1.1.1", "2.0.0"]).map(v))


@given(SOME.map(lambda found: list(dict.fromkeys(found))), SOME, st.integers(min_value=2, max_value=4))
def test_never_the_live_one_nor_the_one_to_go_back_to(
    deployed: list[Version], traffic: list[Version], keep: int
) -> None:
    retired = to_retire(deployed, traffic, keep)
    assert set(retired) <= set(deployed)
    still = [one for one in dict.fromkeys(traffic) if one in deployed]
    assert not set(still[:keep]) & set(retired)
    # Running it again does nothing more.
    left = [one for one in deployed if one not in retired]
    assert to_retire(left, traffic, keep) == []
