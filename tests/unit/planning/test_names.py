"""Names of everything a version gives rise to."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.model.version import Version
from build_tasks.planning import names
from tests.fakes.samples import settings, v, vs

SETTINGS = settings()
#: RFC 1123, as Kubernetes takes it for names of Services.
DNS_LABEL = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")

SERVICES = st.from_regex(r"[a-z]([a-z0-9-]{0,28}[a-z0-9])?", fullmatch=True)
PARTS = st.one_of(st.sampled_from(["rc", "RC", "rc-1", "1", "10", "a--b", "Z"]))
VERSIONS = st.tuples(
    st.tuples(*[st.integers(min_value=0, max_value=111)] * 3), st.lists(PARTS, max_size=3)
).map(lambda parts: v(".".join(map(str, parts[0])) + ("-" + ".".join(parts[1]) if parts[1] else "")))


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("1.0.2", "delivery-v1-0-2"),
        ("1.10.0", "delivery-v1-10-0"),
        ("11.0.0", "delivery-v11-0-0"),
        ("1.0.0-rc.1", "delivery-v1-0-0-rc-1"),
        ("0.0.0-dev.i0123456789ab", "delivery-dev"),
        ("0.0.0-dev.iffffffffffff", "delivery-dev"),
    ],
)
def test_releases(version: str, release: str) -> None:
    assert names.release_name("delivery", v(version)) == release


@pytest.mark.parametrize(
    "versions", [("1.0.0-rc.1", "1.0.0-rc-1", "1.0.0-RC.1"), ("1.10.0", "11.0.0", "1.1.0")]
)
def test_versions_that_look_alike_have_releases_of_their_own(versions: tuple[str, ...]) -> None:
    assert len({names.release_name("delivery", version) for version in vs(*versions)}) == len(versions)


@given(SERVICES, VERSIONS)
def test_releases_are_within_the_limits_of_helm_and_dns(service: str, version: Version) -> None:
    release = names.release_name(service, version)
    assert len(release) <= 53
    assert DNS_LABEL.fullmatch(release)


@given(SERVICES, VERSIONS, VERSIONS)
def test_no_two_versions_share_a_release(service: str, one: Version, other: Version) -> None:
    same = names.release_name(service, one) == names.release_name(service, other)
    assert same == (one == other)


def test_a_long_name_keeps_its_beginning_and_ends_in_a_hash() -> None:
    long = v("1.0.0-" + ".".join(["alpha"] * 9))
    release = names.release_name("drone-scheduler", long)
    assert len(release) == 53
    assert re.fullmatch(r"drone-scheduler-v1-0-0-alpha[a-z0-9-]*-[0-9a-f]{8}", release)
    assert release != names.release_name("drone-scheduler", v(str(long)[:-1] + "b"))


def test_references() -> None:
    assert str(names.candidate_image(SETTINGS, "delivery")) == "localhost:5001/delivery"
    assert str(names.production_image(SETTINGS, "delivery")) == "localhost:5001/prod/delivery"
    assert str(names.candidate_chart(SETTINGS, "delivery")) == "localhost:5001/charts/delivery"
    assert str(names.production_chart(SETTINGS, "delivery")) == "localhost:5001/prod/charts/delivery"
    assert str(names.working_tree_image(SETTINGS, "delivery")) == "localhost:5001/dev/delivery"
    assert names.local_image(SETTINGS, "delivery", "final", "ab" * 32) == (
        "dronedelivery/delivery-final:in-abababababababab"
    )


def test_repositories_of_one_service_are_five() -> None:
    made = [names.candidate_image, names.production_image, names.candidate_chart]
    made += [names.production_chart, names.working_tree_image]
    assert len({str(make(SETTINGS, "delivery")) for make in made}) == 5


@given(SERVICES, VERSIONS)
def test_a_release_branch_is_read_as_it_was_written(service: str, version: Version) -> None:
    assert names.parse_release_branch(names.release_branch(service, version)) == (service, version)


def test_a_record_is_no_release_branch() -> None:
    assert names.record_tag("delivery", v("1.0.2")) == "record/delivery/v1.0.2"
    assert names.parse_release_branch("record/delivery/v1.0.2") is None


def test_versions_among_tags() -> None:
    tags = ["v1.10.0", "v1.9.0", "latest", "1.0.0", "sha256-" + "a" * 64, "v1", "vnext", "v1.0.0-rc.1"]
    assert names.versions_among(tags) == vs("1.0.0-rc.1", "1.9.0", "1.10.0")
