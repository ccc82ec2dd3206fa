"""Which image is used: the publisher's, where it is accepted and can be had, or ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.platform import PodNetwork
from build_tasks.model.upstream import PULLED
from tests.unit.provisioning.workshop import PYTHON, Workshop, digest_of

_NODE = "kindest/node:v1.37.0"


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def _accept_all(workshop: Workshop) -> dict[str, str]:
    """Pin every platform image, and let the registry have it."""
    letters = dict(zip(workshop.upstream.images, "abcdef", strict=False))
    return {name: workshop.offer(workshop.upstream.images[name], letter) for name, letter in letters.items()}


def test_pinned_images_are_pulled_by_digest_and_nothing_is_built(workshop: Workshop) -> None:
    names = _accept_all(workshop)
    workshop.at_hand = False
    made = workshop.provide(policies=True)
    assert made.node.image == names["node"] == f"{PULLED}kindest/node:v1.37.0-aaaaaaaaaaaa"
    assert (made.registry, made.stores) == (
        names["registry"],
        {"redis": names["redis"], "postgresql": names["postgresql"]},
    )
    assert len(workshop.images.pulled) == 4
    assert all("@sha256:" in reference for reference in workshop.images.pulled)
    assert (workshop.images.built, workshop.brought) == ([], [])


def test_a_publisher_s_node_brings_its_own_network_and_versions(workshop: Workshop) -> None:
    _accept_all(workshop)
    node = workshop.provide(policies=True).node
    assert node.network is PodNetwork.KINDNET
    assert node.network.enforces_policies
    assert (node.kubernetes, node.etcd_tag, node.dns_tag) == ("v1.37.0", "", "")


def test_the_second_run_pulls_nothing(workshop: Workshop) -> None:
    _accept_all(workshop)
    first = workshop.provide()
    workshop.images.pulled.clear()
    workshop.images.offered.clear()
    workshop.reporter.forget()
    assert workshop.provide() == first
    assert (workshop.images.pulled, workshop.reporter.done) == ([], [])


def test_where_the_registry_does_not_answer_ours_is_made_and_the_reason_told(workshop: Workshop) -> None:
    workshop.accept(node="a")
    workshop.at_hand = False
    node = workshop.provide().node
    assert node.image.startswith("build-tasks/node:")
    assert node.network is PodNetwork.BRIDGE
    assert workshop.reporter.failed == [f"pull {_NODE}"]
    assert any("no answer" in warning for warning in workshop.reporter.warnings)
    assert workshop.brought, "its programs are brought only now"


def test_what_the_engine_has_stays_when_the_registry_answers_later(workshop: Workshop) -> None:
    """A cluster is not out of date because a site answers today that did not yesterday."""
    before = workshop.provide()
    _accept_all(workshop)
    assert workshop.provide() == before
    assert workshop.platform().names() == before
    assert workshop.images.pulled == []


def test_an_image_that_is_not_the_pinned_one_ends_it(workshop: Workshop) -> None:
    workshop.accept(registry="a")
    workshop.images.unanswered = ExitCode.CONFLICT
    with pytest.raises(FlowError) as caught:
        workshop.provide()
    assert caught.value.code is ExitCode.CONFLICT
    assert not any(b.image.startswith("build-tasks/registry") for b in workshop.images.built)


def test_names_are_told_without_pulling_or_making_anything(workshop: Workshop) -> None:
    names = _accept_all(workshop)
    workshop.at_hand = False
    foreseen = workshop.platform().names()
    assert foreseen.registry == names["registry"]
    assert foreseen.node.image == names["node"]
    assert (workshop.images.pulled, workshop.images.built, workshop.brought) == ([], [], [])


def test_names_of_what_is_not_pinned_are_ours(workshop: Workshop) -> None:
    made = workshop.platform().names()
    assert made.node.image.startswith("build-tasks/node:")
    assert workshop.provide() == made


def test_programs_are_needed_for_images_that_are_not_pinned(workshop: Workshop) -> None:
    assert "registry" in workshop.platform().needed_programs()
    assert "cilium-agent" in workshop.platform(policies=True).needed_programs()
    workshop.accept(registry="b")
    needed = workshop.platform().needed_programs()
    assert "registry" not in needed and "kube-apiserver" in needed
    workshop.accept(node="a")
    assert workshop.platform().needed_programs() == frozenset()


def test_where_publishers_are_not_to_be_asked_pins_do_not_count(workshop: Workshop) -> None:
    _accept_all(workshop)
    workshop.asks = False
    assert workshop.provide().registry.startswith("build-tasks/registry:3-")
    assert workshop.images.pulled == []


def test_where_nothing_can_be_built_pins_are_all_there_is(workshop: Workshop) -> None:
    """As on a Mac."""
    workshop.builds = False
    assert workshop.platform().needed_programs() == frozenset()
    with pytest.raises(FlowError) as caught:
        workshop.provide()
    assert caught.value.code is ExitCode.UNAVAILABLE
    assert "not pinned" in caught.value.why
    assert "platform.pin" in caught.value.fix
    names = _accept_all(workshop)
    assert workshop.provide().registry == names["registry"]


def test_where_nothing_can_be_built_a_registry_that_does_not_answer_ends_it(workshop: Workshop) -> None:
    workshop.builds = False
    workshop.accept(registry="a")
    with pytest.raises(FlowError, match="no answer"):
        workshop.provide()


# Base images of services


def test_a_pinned_base_image_is_the_publisher_s(workshop: Workshop) -> None:
    name = workshop.offer(PYTHON, "a")
    assert workshop.stand_ins([PYTHON]) == {PYTHON: name}
    assert workshop.reporter.notes == [], "nothing stands in for anything"


def test_a_pinned_base_image_that_cannot_be_pulled_is_not_stood_in_for(workshop: Workshop) -> None:
    """Its name is part of what a service's images are made of: other content must not go by it."""
    name = workshop.offer(PYTHON, "a")
    workshop.images.offered.clear()
    assert workshop.bases().identities([PYTHON]) == {PYTHON: name}
    with pytest.raises(FlowError) as caught:
        workshop.stand_ins([PYTHON])
    assert caught.value.code is ExitCode.UNAVAILABLE
    assert "BUILD_TASKS_ROUTES=path,packages" in caught.value.fix
    workshop.asks = False
    assert workshop.stand_ins([PYTHON])[PYTHON].startswith(f"build-tasks/stand-in/{PYTHON}-")


def test_what_stands_for_a_base_follows_from_the_pins_and_not_from_the_engine(workshop: Workshop) -> None:
    """Two machines agree on it, whatever each of them built before."""
    before = workshop.stand_ins([PYTHON])[PYTHON]
    name = workshop.offer(PYTHON, "a")
    assert before in workshop.images.images
    assert workshop.bases().identities([PYTHON]) == workshop.stand_ins([PYTHON]) == {PYTHON: name}


def test_any_base_image_will_do_that_is_pinned(workshop: Workshop) -> None:
    """Recipes of ours know three; a service may be built on anything."""
    name = workshop.offer("eclipse-temurin:25", "e")
    assert workshop.stand_ins(["eclipse-temurin:25"]) == {"eclipse-temurin:25": name}


def test_a_reference_with_a_digest_needs_no_pin(workshop: Workshop) -> None:
    reference = f"eclipse-temurin:25@{digest_of('e')}"
    workshop.images.offered.add(f"docker.io/library/eclipse-temurin@{digest_of('e')}")
    assert workshop.stand_ins([reference])[reference].startswith(f"{PULLED}eclipse-temurin:25-eeee")
