"""Images are made once for each content, and stand-ins never go by an upstream name."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.platform import PodNetwork
from build_tasks.recipes import FOLDER
from tests.unit.provisioning.workshop import PYTHON, Workshop


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def test_the_second_run_builds_nothing(workshop: Workshop) -> None:
    made = workshop.stand_ins([PYTHON]), workshop.provide(), workshop.provide(policies=True)
    workshop.reporter.forget()
    workshop.images.built.clear()
    again = workshop.stand_ins([PYTHON]), workshop.provide(), workshop.provide(policies=True)
    assert again == made
    assert workshop.images.built == []
    assert workshop.reporter.done == []
    assert len(workshop.systems.made) == 1, "one Debian system for all of them"


def test_a_stand_in_has_a_name_of_ours_and_is_told(workshop: Workshop) -> None:
    image = workshop.stand_ins([PYTHON])[PYTHON]
    assert image.startswith(f"build-tasks/stand-in/{PYTHON}-")
    assert workshop.reporter.notes == [f"{PYTHON} is stood in for by Debian trixie with Debian's Python 3.13"]


def test_a_stand_in_s_name_is_known_before_there_is_one(workshop: Workshop, tmp_path: Path) -> None:
    """Another machine, with an engine and a cache of its own, gives the same name and makes nothing."""
    elsewhere = Workshop(tmp_path / "elsewhere")
    assert elsewhere.bases().identities([PYTHON]) == workshop.stand_ins([PYTHON])
    assert elsewhere.images.built == [] and elsewhere.systems.made == [] and elsewhere.reporter.notes == []


def test_a_base_with_the_updates_of_another_day_has_another_name(tmp_path: Path) -> None:
    """So that what is built on it is built, tested and scanned anew, on every machine."""
    other = tmp_path / "recipes"
    shutil.copytree(FOLDER, other)
    recipe = other / "debian" / "recipe.toml"
    recipe.write_text(re.sub('snapshot = ".*"', 'snapshot = "2999-01-01"', recipe.read_text()))
    today, then = Workshop(tmp_path / "a"), Workshop(tmp_path / "b", other)
    assert today.bases().identities([PYTHON]) != then.bases().identities([PYTHON])


@pytest.mark.parametrize(
    ("reference", "material"), [("node:24-trixie-slim", "node"), ("golang:1.26-trixie", "go")]
)
def test_what_does_not_come_from_debian_is_fetched_only_for_a_build(
    workshop: Workshop, reference: str, material: str
) -> None:
    image = workshop.stand_ins([reference])
    assert workshop.images.built[-1].contexts[material] == str(workshop.materials[material].at)
    assert workshop.stand_ins([reference]) == image
    assert workshop.materials[material].made == 1
    workshop.materials[material].key = "another"
    assert workshop.stand_ins([reference]) != image


def test_references_without_a_recipe_are_named_all_at_once(workshop: Workshop) -> None:
    with pytest.raises(FlowError) as caught:
        workshop.stand_ins(["perl:5", PYTHON, "erlang:27"])
    assert caught.value.code is ExitCode.UNAVAILABLE
    assert "erlang:27, perl:5" in caught.value.why
    assert workshop.images.built == [], "nothing is half done"


def test_another_certificate_authority_makes_every_image_anew(workshop: Workshop) -> None:
    before = workshop.stand_ins([PYTHON])
    workshop.trust.pems["ca.crt"] = b"pem"
    assert workshop.stand_ins([PYTHON]) != before
    base = next(b for b in reversed(workshop.images.built) if b.image.startswith("build-tasks/debian:"))
    assert base.files["trust"] == ("ca.crt",)
    assert len(workshop.systems.made) == 1, "the Debian system itself is the same"


def test_the_node_holds_an_archive_of_every_component(workshop: Workshop) -> None:
    node = workshop.provide().node
    build = workshop.images.built[-1]
    assert build.image == node.image
    assert build.target == "node"
    components = {
        *("busybox", "coredns", "etcd", "kube-apiserver", "kube-controller-manager", "kube-proxy"),
        *("kube-scheduler", "local-path-provisioner", "pause"),
    }
    assert set(build.files["archives"]) == {f"{name}.tar" for name in components}
    built = {b.target: b.image for b in workshop.images.built if b.target}
    assert built["etcd"] == f"registry.k8s.io/etcd:{node.etcd_tag}"
    assert built["coredns"] == f"registry.k8s.io/coredns/coredns:{node.dns_tag}"
    assert built["kube-proxy"] == f"registry.k8s.io/kube-proxy:{node.kubernetes}"


@pytest.mark.parametrize(("recipe", "policies"), [("node", False), ("cilium", True)])
def test_every_target_and_context_of_a_node_exists_in_its_dockerfile(
    workshop: Workshop, recipe: str, policies: bool
) -> None:
    workshop.provide()
    if policies:
        workshop.images.built.clear()
        workshop.provide(policies=True)
    text = (FOLDER / recipe / "Dockerfile").read_text()
    targets = [build for build in workshop.images.built if build.target]
    assert targets
    for build in targets:
        assert f" AS {build.target}\n" in text
        assert all(f"from={name}" in text or f"FROM {name} " in text for name in build.contexts)


def test_a_new_kubernetes_makes_a_new_node_image(workshop: Workshop) -> None:
    before = workshop.provide()
    workshop.rebuilt("kube-apiserver", "kubernetes")
    after = workshop.provide()
    assert after.node != before.node
    assert after.stores == before.stores


def test_the_node_with_policies_is_the_plain_one_and_cilium(workshop: Workshop) -> None:
    plain, policed = workshop.provide().node, workshop.provide(policies=True).node
    agent, node = workshop.images.built[-2:]
    assert plain.network is PodNetwork.BRIDGE
    assert policed.network is PodNetwork.CILIUM
    assert (policed.etcd_tag, policed.dns_tag) == (plain.etcd_tag, plain.dns_tag)
    assert (agent.target, agent.image) == ("cilium", "localhost/build-tasks/cilium:1")
    assert (node.target, node.image) == ("node", policed.image)
    assert node.contexts["plain-node"] == f"docker-image://{plain.image}"
    assert node.files["archives"] == ("cilium.tar",)
    assert node.contexts["cilium-module"].endswith("tools/cilium/key/modules/github.com/cilium/cilium")


def test_another_agent_makes_the_node_with_policies_anew_and_no_other(workshop: Workshop) -> None:
    before = workshop.provide().node, workshop.provide(policies=True).node
    workshop.rebuilt("cilium-agent", "cilium")
    after = workshop.provide().node, workshop.provide(policies=True).node
    assert after[0] == before[0]
    assert after[1] != before[1]


def test_another_kubernetes_makes_the_node_with_policies_anew(workshop: Workshop) -> None:
    before = workshop.provide(policies=True).node
    workshop.rebuilt("kube-apiserver", "kubernetes")
    assert workshop.provide(policies=True).node != before


def test_a_component_that_does_not_build_ends_it(workshop: Workshop) -> None:
    workshop.images.fails.add("localhost/build-tasks/pause:1")
    with pytest.raises(FlowError) as caught:
        workshop.provide()
    assert caught.value.code is ExitCode.BUILD_FAILED
    assert not any(image.startswith("build-tasks/node:") for image in workshop.images.images)
