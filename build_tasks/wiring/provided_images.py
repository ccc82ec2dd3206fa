"""Composition of what provides images: publishers' by digest, and recipes on an engine or in name only.

Names are asked for often, so what makes images is imported where it is used.
"""

from __future__ import annotations

import ssl
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from build_tasks.adapters.machine.private_files import LocalPrivateFiles
from build_tasks.adapters.provisioning.assumed_images import AssumedImages
from build_tasks.adapters.provisioning.content_store import ContentStore
from build_tasks.adapters.provisioning.debian import Debootstrap
from build_tasks.adapters.provisioning.pypi import PythonPackages
from build_tasks.adapters.provisioning.recipe_files import RecipeFiles
from build_tasks.adapters.provisioning.trust import HostCertificates
from build_tasks.recipes import FOLDER
from build_tasks.steps.platform.base_images import DebianBase, DerivedImages, StandIns
from build_tasks.steps.platform.go_command import GoToolchain
from build_tasks.steps.platform.service_bases import BaseImages
from build_tasks.steps.platform.updates import UpdatedBase, UpdateState
from build_tasks.steps.platform.upstream_images import UpstreamImages
from build_tasks.steps.platform.wheels import Wheel

if TYPE_CHECKING:
    from build_tasks.adapters.docker.client import DockerClient
    from build_tasks.adapters.programs.process import Processes
    from build_tasks.model.upstream import Pins
    from build_tasks.ports.provisioning import GoCompiler, ImageStore, Material
    from build_tasks.ports.reporting import Clock, Reporter
    from build_tasks.ports.scanning import SecurityUpdates
    from build_tasks.steps.platform.images import ImageRecipes, ProvideImages
    from build_tasks.steps.platform.tools import ProvideTools
    from build_tasks.steps.platform.updates import TakeUpdates

#: Where Debian keeps its bundle; Python's OpenSSL may look for single files only.
_DEBIAN_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


class ProvidedImages:
    """Builds the steps that provide images.

    :param cache: root of everything that may be thrown away.
    :param go: gives the toolchain that is put into images.
    :param prepare: sees to the host packages that making a base image takes.
    :param pulls: publishers are asked for images; ``builds``: images can be made from packages.
    """

    def __init__(
        self,
        cache: Path,
        processes: Processes,
        reporter: Reporter,
        *,
        pins: Pins,
        go: Callable[[], GoCompiler],
        prepare: Callable[[], object],
        network_policies: bool,
        pulls: bool,
        builds: bool,
    ) -> None:
        self._cache = cache
        self._processes = processes
        self._reporter = reporter
        self._recipes = RecipeFiles(FOLDER)
        self._pins = pins
        self._go = go
        self._prepare = prepare
        self._network_policies = network_policies
        self._pulls = pulls
        self._builds = builds

    def of_platform(self, client: DockerClient, tools: ProvideTools) -> ProvideImages:
        """The step that provides the platform's own images in an engine."""
        from build_tasks.adapters.docker.images import EngineImages
        from build_tasks.steps.platform.images import ProvideImages

        images = EngineImages(client)
        upstream = self._recipes.upstream()
        making = self._own(images) if self._builds else None
        naming = self._own(AssumedImages()) if self._builds else None
        return ProvideImages(upstream, self._pulled(images), making, naming, tools, tools.at_hand)

    def of_services(self, client: DockerClient | None) -> BaseImages:
        """The step that provides base images for services in an engine; without a client, that names them."""
        images: ImageStore = AssumedImages()
        if client:
            from build_tasks.adapters.docker.images import EngineImages

            images = EngineImages(client)
        making = self._stand_ins(images) if self._builds else None
        naming = self._stand_ins(AssumedImages()) if self._builds else None
        return BaseImages(self._pulled(images), making, naming, self._reporter)

    def base_names(self) -> frozenset[str]:
        """Names of the base images, stand-ins and pulled images that recipes and pins give; makes none."""
        pulled = self._pulled(AssumedImages())
        names = frozenset(name for reference in self._pins.images if (name := pulled.name(reference)))
        if not self._builds:
            return names
        _, base = self._derived(AssumedImages())
        stand_ins, updated = self._updated(AssumedImages())
        return names | stand_ins.every() | {updated(), *base.names()}

    @property
    def update_state(self) -> UpdateState:
        """Which security updates base images have taken."""
        return UpdateState(LocalPrivateFiles(), self._cache / "systems")

    def updates(self, client: DockerClient, suite: SecurityUpdates, clock: Clock) -> TakeUpdates:
        """The step that has base images made anew when they lack security updates."""
        from build_tasks.adapters.docker.images import EngineImages
        from build_tasks.adapters.docker.objects import DockerObjects
        from build_tasks.steps.platform.updates import LIST_PACKAGES, TakeUpdates

        objects = DockerObjects(client)
        stand_ins, updated = self._updated(AssumedImages())
        return TakeUpdates(
            codename=self._recipes.text("debian/recipe.toml")["suite"],
            names=lambda: stand_ins.every() | {updated()},
            images=EngineImages(client),
            listed=lambda image: objects.run_once(image, LIST_PACKAGES, {}),
            suite=suite,
            state=self.update_state,
            clock=clock,
            reporter=self._reporter,
        )

    def programs(self) -> Sequence[str]:
        """Programs that images are made of."""
        return [p for programs in self._own(AssumedImages()).programs.values() for p in programs]

    def node_wheel(self) -> Wheel:
        """Node, for images."""
        return Wheel(
            PythonPackages(self._processes, Path(sys.executable)),
            ContentStore(self._cache / "tools"),
            self._reporter,
            self._recipes.folder("base-images/node") / "requirements.txt",
            name="node",
            title="fetch Node from the Python package index",
            reason="an image is to be made with it",
        )

    def root_filesystem(self) -> Path:
        """Where the cache keeps the Debian system of today's recipe."""
        _, base = self._derived(AssumedImages())
        return self._cache / "systems" / "rootfs" / base.root_key

    def _pulled(self, images: ImageStore) -> UpstreamImages:
        upstream = self._recipes.upstream()
        return UpstreamImages(upstream, self._pins, images, self._reporter, wanted=self._pulls)

    def _own(self, images: ImageStore) -> ImageRecipes:
        from build_tasks.steps.platform.cilium_node import BuildCiliumNode
        from build_tasks.steps.platform.images import NODE, REGISTRY, ImageRecipes
        from build_tasks.steps.platform.node_image import BuildNodeImage

        derived, base = self._derived(images)
        plain = BuildNodeImage(self._recipes, self._recipes.tools(), images, base, self._reporter)
        if not self._network_policies:
            return ImageRecipes(plain, derived, {NODE: plain.programs, REGISTRY: (REGISTRY,)})
        node = BuildCiliumNode(self._recipes, plain, images, base, self._reporter)
        return ImageRecipes(node, derived, {NODE: node.programs, REGISTRY: (REGISTRY,)})

    def _stand_ins(self, images: ImageStore) -> StandIns:
        return self._updated(images)[0]

    def _updated(self, images: ImageStore) -> tuple[StandIns, UpdatedBase]:
        """Stand-ins; their recipes call ``node`` and ``go`` what does not come from Debian."""
        derived, base = self._derived(images)
        updated = UpdatedBase(base, derived, self.update_state)
        on_top = DerivedImages(self._recipes, images, updated, self._reporter)
        materials: dict[str, Material] = {"node": self.node_wheel(), "go": GoToolchain(self._go())}
        return StandIns(self._recipes, on_top, materials), updated

    def _derived(self, images: ImageStore) -> tuple[DerivedImages, DebianBase]:
        systems = Debootstrap(self._processes, self._cache / "downloads" / "debian")
        store = ContentStore(self._cache / "systems")
        trust = HostCertificates(Path(ssl.get_default_verify_paths().cafile or _DEBIAN_BUNDLE))
        base = DebianBase(self._recipes, images, systems, store, trust, self._reporter, self._prepare)
        return DerivedImages(self._recipes, images, base, self._reporter), base
