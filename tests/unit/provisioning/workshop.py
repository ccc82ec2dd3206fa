"""The steps that provide images, on a fake engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from build_tasks.adapters.provisioning.assumed_images import AssumedImages
from build_tasks.adapters.provisioning.content_store import ContentStore
from build_tasks.adapters.provisioning.recipe_files import RecipeFiles
from build_tasks.model.images import Digest
from build_tasks.model.platform import PlatformImages, Toolbox
from build_tasks.model.upstream import Pins
from build_tasks.ports.provisioning import ImageStore
from build_tasks.recipes import FOLDER
from build_tasks.steps.platform.base_images import DebianBase, DerivedImages, StandIns
from build_tasks.steps.platform.cilium_node import BuildCiliumNode
from build_tasks.steps.platform.images import NODE, REGISTRY, ImageRecipes, ProvideImages
from build_tasks.steps.platform.node_image import BuildNodeImage
from build_tasks.steps.platform.service_bases import BaseImages
from build_tasks.steps.platform.upstream_images import UpstreamImages
from tests.fakes.provisioning import FakeImageStore, FakeMaterial, FakeRootFilesystems, FakeTrust
from tests.fakes.reporter import FakeReporter

PYTHON = "python:3.13-slim-trixie"


def digest_of(letter: str) -> Digest:
    """A digest that is easily told from others."""
    return Digest(f"sha256:{letter * 64}")


class Workshop:
    """A machine with an engine and, unless it is told otherwise, every tool.

    :param pins: what is accepted from publishers; may be changed.
    :param builds: recipes can be used.
    :param at_hand: programs are there; otherwise they are brought when they are needed.
    """

    def __init__(self, folder: Path, recipes: Path = FOLDER) -> None:
        self.folder = folder
        self.recipes = RecipeFiles(recipes)
        self.upstream = self.recipes.upstream()
        self.images = FakeImageStore()
        self.systems = FakeRootFilesystems()
        self.trust = FakeTrust()
        self.reporter = FakeReporter()
        self.materials = {name: FakeMaterial(f"{name}-1", folder / name) for name in ("node", "go")}
        self.tools = self.recipes.tools()
        self.toolbox = self.tools_of(folder)
        self.pins = Pins()
        self.builds = self.asks = self.at_hand = True
        self.brought: list[Sequence[str]] = []

    def tools_of(self, folder: Path) -> Toolbox:
        """A toolbox whose programs are named by their recipe and a key, as the cache names them."""
        programs = {
            p: folder / "tools" / r.name / "key" / "bin" / p for r in self.tools.values() for p in r.programs
        }
        return Toolbox(folder, programs)

    def accept(self, **digests: str) -> None:
        """Pin platform images: ``accept(node="a")``."""
        found = {self.upstream.images[name]: digest_of(letter) for name, letter in digests.items()}
        self.pins = replace(self.pins, images={**self.pins.images, **found})

    def offer(self, reference: str, letter: str) -> str:
        """Let the registry have what is pinned; gives the name it gets in the engine."""
        digest = digest_of(letter)
        self.pins = replace(self.pins, images={**self.pins.images, reference: digest})
        self.images.offered.add(str(self.upstream.locate(reference).at(digest)))
        return self.upstream.engine_name(reference, digest)

    def stand_ins(self, references: Sequence[str]) -> Mapping[str, str]:
        """Base images for services."""
        return self.bases()(references)

    def bases(self) -> BaseImages:
        making = self._stand_ins(self.images) if self.builds else None
        naming = self._stand_ins(AssumedImages()) if self.builds else None
        return BaseImages(self._pulled(), making, naming, self.reporter)

    def provide(self, *, policies: bool = False) -> PlatformImages:
        """The platform's own images."""
        return self.platform(policies=policies)()

    def platform(self, *, policies: bool = False) -> ProvideImages:
        making = self._own(self.images, policies) if self.builds else None
        naming = self._own(AssumedImages(), policies) if self.builds else None
        return ProvideImages(self.upstream, self._pulled(), making, naming, self._bring, self._tools)

    def rebuilt(self, program: str, recipe: str) -> None:
        """From now on the toolbox has another build of a program."""
        other = self.toolbox.folder / "tools" / recipe / "other" / "bin" / program
        self.toolbox = Toolbox(self.toolbox.folder, {**self.toolbox.paths, program: other})

    @property
    def base(self) -> DebianBase:
        return self._base(self.images)[0]

    @property
    def derived(self) -> DerivedImages:
        return self._base(self.images)[1]

    def _bring(self, programs: Sequence[str]) -> Toolbox:
        self.brought.append(tuple(programs))
        self.at_hand = True
        return self.toolbox

    def _tools(self, programs: Sequence[str]) -> Toolbox | None:
        return self.toolbox if self.at_hand or not programs else None

    def _pulled(self) -> UpstreamImages:
        return UpstreamImages(self.upstream, self.pins, self.images, self.reporter, wanted=self.asks)

    def _own(self, images: ImageStore, policies: bool) -> ImageRecipes:
        base, derived = self._base(images)
        plain = BuildNodeImage(self.recipes, self.tools, images, base, self.reporter)
        if not policies:
            return ImageRecipes(plain, derived, {NODE: plain.programs, REGISTRY: (REGISTRY,)})
        node = BuildCiliumNode(self.recipes, plain, images, base, self.reporter)
        return ImageRecipes(node, derived, {NODE: node.programs, REGISTRY: (REGISTRY,)})

    def _stand_ins(self, images: ImageStore) -> StandIns:
        return StandIns(self.recipes, self._base(images)[1], self.materials)

    def _base(self, images: ImageStore) -> tuple[DebianBase, DerivedImages]:
        store = ContentStore(self.folder / "store")
        base = DebianBase(self.recipes, images, self.systems, store, self.trust, self.reporter)
        return base, DerivedImages(self.recipes, images, base, self.reporter)
