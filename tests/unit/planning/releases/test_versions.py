"""Which version may come next, and which may go to production."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.version import Version
from build_tasks.planning.releases.versions import check_new, check_production, next_patch, propose
from tests.fakes.samples import v, vs

LINE = ("1.0.0", "1.0.1", "1.1.0")


@pytest.mark.parametrize(
    ("version", "taken"),
    [
        ("1.0.0", ()),
        ("1.0.2", LINE),
        # A hotfix after a later minor.
        ("1.0.3", ("1.0.2", "1.1.0", "2.0.0")),
        # Numbers may be left out.
        ("1.0.9", LINE),
        ("1.2.0-rc.1", LINE),
        ("1.2.0-rc.2", ("1.2.0-rc.1",)),
        ("1.2.0", ("1.2.0-rc.1", "1.2.0-rc.2")),
        ("0.1.0", LINE),
    ],
)
def test_may_come_next(version: str, taken: tuple[str, ...]) -> None:
    check_new("delivery", v(version), vs(*taken))


@pytest.mark.parametrize(
    ("version", "taken", "code", "why", "fix"),
    [
        ("1.0.1", LINE, ExitCode.CONFLICT, "v1.0.1 exists already", "take v1.0.2"),
        ("1.0.0", LINE, ExitCode.CONFLICT, "v1.0.0 exists already", "take v1.0.2"),
        ("1.0.2", (*LINE, "1.0.5"), ExitCode.REFUSED, "v1.0.5 of the same line 1.0", "take v1.0.6"),
        ("1.1.0-rc.1", LINE, ExitCode.REFUSED, "v1.1.0 of the same line 1.1", "take v1.1.1"),
        ("1.2.0-rc.1", ("1.2.0-rc.2",), ExitCode.REFUSED, "v1.2.0-rc.2 of the same line", "take v1.2.0"),
        ("1.2.0-rc.2", ("1.2.0-rc.2",), ExitCode.CONFLICT, "exists already", "take v1.2.0"),
        ("0.0.0-dev.i0123", (), ExitCode.REFUSED, "how the working tree is called", "above 0.0.0"),
    ],
)
def test_may_not_come_next(version: str, taken: tuple[str, ...], code: ExitCode, why: str, fix: str) -> None:
    with pytest.raises(FlowError) as refused:
        check_new("delivery", v(version), vs(*taken))
    assert refused.value.code is code
    assert why in refused.value.why and fix in refused.value.fix
    assert f"v{version}" in refused.value.what


NUMBERS = st.tuples(*[st.integers(min_value=0, max_value=3)] * 3).map(lambda n: v(".".join(map(str, n))))


@given(NUMBERS, st.lists(NUMBERS))
def test_the_version_that_is_proposed_instead_may_come_next(version: Version, taken: list[Version]) -> None:
    following = next_patch(version, taken)
    assert following.line == version.line and following >= version
    check_new("delivery", following, taken)


@pytest.mark.parametrize(
    ("part", "taken", "proposed"),
    [
        ("patch", (), "0.1.0"),
        ("minor", ("1.0.0-rc.1",), "0.1.0"),
        ("patch", LINE, "1.1.1"),
        ("minor", LINE, "1.2.0"),
        ("major", LINE, "2.0.0"),
        ("minor", ("1.9.0", "1.10.0"), "1.11.0"),
        ("patch", ("1.0.0", "1.0.1-rc.1"), "1.0.1"),
    ],
)
def test_proposes_the_version_after_the_last_final_one(
    part: str, taken: tuple[str, ...], proposed: str
) -> None:
    assert propose(part, vs(*taken)) == v(proposed)


@pytest.mark.parametrize(
    ("version", "running", "downgrade"),
    [
        ("1.0.0", None, False),
        ("1.0.1", "1.0.0", False),
        ("1.0.0", "1.0.0", False),
        ("1.0.0", "1.1.0", True),
        ("1.0.0", "0.0.0-dev.i0", False),
    ],
)
def test_may_go_to_production(version: str, running: str | None, downgrade: bool) -> None:
    check_production("delivery", v(version), v(running) if running else None, downgrade)


@pytest.mark.parametrize(
    ("version", "running", "downgrade", "why", "fix"),
    [
        ("1.0.0", "1.0.1", False, "production runs v1.0.1, which is newer", "--downgrade"),
        ("1.1.0-rc.1", "1.0.0", False, "never to production", "final version"),
        ("1.1.0-rc.1", None, True, "never to production", "final version"),
    ],
)
def test_may_not_go_to_production(
    version: str, running: str | None, downgrade: bool, why: str, fix: str
) -> None:
    with pytest.raises(FlowError) as refused:
        check_production("delivery", v(version), v(running) if running else None, downgrade)
    assert refused.value.code is ExitCode.REFUSED
    assert why in refused.value.why and fix in refused.value.fix
