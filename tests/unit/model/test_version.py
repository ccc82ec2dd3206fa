"""Versions are SemVer 2.0 without build metadata, and what a tag and a label can hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.model.version import Version

IDENTIFIERS = st.one_of(
    st.integers(min_value=0, max_value=99).map(str),
    st.from_regex(r"[a-zA-Z-]{1,4}", fullmatch=True),
)


@st.composite
def versions(draw: st.DrawFn) -> Version:
    """Any version that can be released."""
    core = ".".join(str(draw(st.integers(min_value=0, max_value=120))) for _ in range(3))
    pre = draw(st.lists(IDENTIFIERS, max_size=3))
    return Version.parse(core + ("-" + ".".join(pre) if pre else ""))


@pytest.mark.parametrize(
    "text",
    [
        "1.0",
        "1",
        "",
        "v",
        "01.0.0",
        "1.0.00",
        "1.0.0-01",
        "1.0.0-",
        "1.0.0-rc..1",
        "vv1.0.0",
        "V1.0.0",
        "1.0.0 ",
        " 1.0.0",
        "1.0.0\n",
        "1.0.\u0663",
        "-1.0.0",
        "1.0.0/x",
        "latest",
        "1.0.0.0",
        "1.0.0-rc_1",
    ],
)
def test_refuses_what_is_not_semver(text: str) -> None:
    with pytest.raises(ValueError, match="is not a SemVer"):
        Version.parse(text)


def test_refuses_build_metadata() -> None:
    with pytest.raises(ValueError, match=r"build metadata \(\+linux\)"):
        Version.parse("v1.0.0+linux")


def test_refuses_what_no_label_can_hold() -> None:
    longest = "1.0.0-" + "a" * 57
    assert Version.parse(longest).tag == f"v{longest}"
    with pytest.raises(ValueError, match="63 characters"):
        Version.parse(longest + "a")


@pytest.mark.parametrize("text", ["1.0.2", "v1.0.2"])
def test_reads_with_and_without_v(text: str) -> None:
    version = Version.parse(text)
    assert (str(version), version.tag, version.line) == ("1.0.2", "v1.0.2", (1, 0))


def test_orders_as_semver_does() -> None:
    ascending = "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-rc.2 1.0.0-rc.10 1.0.0 1.9.0 1.10.0 11.0.0"
    read = [Version.parse(text) for text in ascending.split()]
    assert sorted(reversed(read)) == read
    assert read[-1] > read[-2] and read[0] <= read[0] and not read[0] < read[0]


@given(versions())
def test_what_is_written_is_read_again(version: Version) -> None:
    assert Version.parse(version.tag) == version
    assert hash(Version.parse(str(version))) == hash(version)


@given(versions(), st.sampled_from(["major", "minor", "patch"]))
def test_a_bump_is_final_and_greater(version: Version, part: str) -> None:
    following = version.bump(part)
    assert following > version
    assert not following.is_prerelease


def test_the_working_tree_is_below_every_release() -> None:
    version = Version.of_working_tree("0123456789abcdef" * 4)
    assert str(version) == "0.0.0-dev.i0123456789ab"
    assert version.is_working_tree and version.is_prerelease
    assert version < Version.parse("0.0.1-0") and not Version.parse("0.1.0-dev.1").is_working_tree


def test_the_working_tree_of_digits_only_is_a_version() -> None:
    # Without the letter, a numeric identifier with a leading zero would be no SemVer.
    assert Version.of_working_tree("0" * 64).tag == "v0.0.0-dev.i000000000000"
