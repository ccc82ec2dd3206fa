"""Images are made once for each content, and stand-ins never go by an upstream name."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.adapters.content_store import ContentStore
from build_tasks.adapters.recipe_files import RecipeFiles
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.platform import PlatformImages, Toolbox
from build_tasks.recipes import FOLDER
from build_tasks.steps.platform.base_images import DebianBase, DerivedImages, StandIns
from build_tasks.steps.platform.images import ProvideImages
from build_tasks.steps.platform.node_image import BuildNodeImage
from tests.fakes.provisioning import FakeImageStore, FakeMaterial, FakeRootFilesystems, FakeTrust
from tests.fakes.reporter import FakeReporter

_PYTHON = "python:3.13-slim-trixie"


class Workshop:
    """The steps on a fake engine."""

    def __init__(self, folder: Path) -> None:
        self.recipes = RecipeFiles(FOLDER)
        self.images = FakeImageStore()
        self.systems = FakeRootFilesystems()
        self.trust = FakeTrust()
        self.reporter = FakeReporter()
        store = ContentStore(folder / "store")
        self.base = DebianBase(self.recipes, self.images, self.systems, store, self.trust, self.reporter)
        self.derived = DerivedImages(self.recipes, self.images, self.base, self.reporter)
        self.materials = {name: FakeMaterial(f"{name}-1", folder / name) for name in ("node", "go")}
        self.stand_ins = StandIns(self.recipes, self.derived, self.reporter, self.materials)
        self.tools = self.recipes.tools()
        self.toolbox = self.tools_of(folder)

    def tools_of(self, folder: Path) -> Toolbox:
        """A toolbox whose programs are named by their recipe and a key, as the cache names them."""
        programs = {
            p: folder / "tools" / r.name / "key" / "bin" / p for r in self.tools.values() for p in r.programs
        }
        return Toolbox(folder, programs)

    def provide(self) -> PlatformImages:
        """The platform's own images."""
        node = BuildNodeImage(self.recipes, self.tools, self.images, self.base, self.reporter)
        return ProvideImages(node, self.derived)(self.toolbox)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def test_the_second_run_builds_nothing(workshop: Workshop) -> None:
    made = workshop.stand_ins([_PYTHON]), workshop.provide()
    workshop.reporter.forget()
    workshop.images.built.clear()
    assert (workshop.stand_ins([_PYTHON]), workshop.provide()) == made
    assert workshop.images.built == []
    assert workshop.reporter.done == []
    assert len(workshop.systems.made) == 1, "one Debian system for all of them"


def test_a_stand_in_has_a_name_of_ours_and_is_told(workshop: Workshop) -> None:
    image = workshop.stand_ins([_PYTHON])[_PYTHON]
    assert image.startswith(f"build-tasks/stand-in/{_PYTHON}-")
    assert workshop.reporter.notes == [
        f"{_PYTHON} is stood in for by Debian trixie with Debian's Python 3.13"
    ]


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
        workshop.stand_ins(["perl:5", _PYTHON, "erlang:27"])
    assert caught.value.code is ExitCode.UNAVAILABLE
    assert "erlang:27, perl:5" in caught.value.why
    assert workshop.images.built == [], "nothing is half done"


def test_another_certificate_authority_makes_every_image_anew(workshop: Workshop) -> None:
    before = workshop.stand_ins([_PYTHON])
    workshop.trust.pems["ca.crt"] = b"pem"
    assert workshop.stand_ins([_PYTHON]) != before
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


def test_every_target_and_context_of_the_node_exists_in_its_dockerfile(workshop: Workshop) -> None:
    workshop.provide()
    text = (FOLDER / "node" / "Dockerfile").read_text()
    for build in workshop.images.built:
        if build.target:
            assert f" AS {build.target}\n" in text
            assert all(f"from={name}" in text or f"FROM {name} " in text for name in build.contexts)


def test_a_new_kubernetes_makes_a_new_node_image(workshop: Workshop, tmp_path: Path) -> None:
    before = workshop.provide()
    workshop.toolbox = Toolbox(
        tmp_path,
        {**workshop.toolbox.paths, "kube-apiserver": tmp_path / "tools/kubernetes/other/bin/kube-apiserver"},
    )
    after = workshop.provide()
    assert after.node != before.node
    assert after.stores == before.stores


def test_a_component_that_does_not_build_ends_it(workshop: Workshop) -> None:
    workshop.images.fails.add("localhost/build-tasks/pause:1")
    with pytest.raises(FlowError) as caught:
        workshop.provide()
    assert caught.value.code is ExitCode.BUILD_FAILED
    assert not any(image.startswith("build-tasks/node:") for image in workshop.images.images)
