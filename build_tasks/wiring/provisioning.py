"""Composition of provisioning: tools, host packages and images."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from build_tasks.adapters.machine.operating_system import OperatingSystem
from build_tasks.adapters.provisioning.content_store import ContentStore
from build_tasks.adapters.provisioning.debian import DebianHost
from build_tasks.adapters.provisioning.recipe_files import RecipeFiles
from build_tasks.model.platform import Found, ToolRecipe
from build_tasks.model.routes import Route, pulls_images
from build_tasks.model.upstream import Pins
from build_tasks.planning.platform.needs import FOR_IMAGES, needed_groups, needed_programs
from build_tasks.recipes import FOLDER
from build_tasks.steps.platform.go_modules import GoModules
from build_tasks.steps.platform.host import ProvideHostPackages
from build_tasks.steps.platform.tools import ProvideTools
from build_tasks.wiring.go_toolchain import go, go_from_wheel
from build_tasks.wiring.provided_images import ProvidedImages

if TYPE_CHECKING:
    from build_tasks.adapters.docker.client import DockerClient
    from build_tasks.adapters.programs.process import Processes
    from build_tasks.adapters.provisioning.cached_things import CachedFolders
    from build_tasks.adapters.provisioning.go import Go
    from build_tasks.ports.provisioning import ToolSource
    from build_tasks.ports.reporting import Clock, Reporter
    from build_tasks.ports.scanning import SecurityUpdates
    from build_tasks.ports.upstream import Downloads
    from build_tasks.steps.platform.go_command import GoFromWheel
    from build_tasks.steps.platform.images import ProvideImages
    from build_tasks.steps.platform.service_bases import BaseImages

#: The recipe of what enforces NetworkPolicies; minutes to build, so only where they are asked for.
_POLICIES = "cilium"


class Provisioning:
    """Builds the provisioning steps for one cache folder.

    :param cache: root of everything that may be thrown away.
    :param network_policies: nodes enforce NetworkPolicies.
    :param routes: where tools and images come from, in that order.
    :param pins: what is accepted from publishers.
    :param system: the operating system to provide for (default: this machine's).
    """

    def __init__(
        self,
        cache: Path,
        processes: Processes,
        reporter: Reporter,
        *,
        network_policies: bool,
        routes: Collection[Route] = tuple(Route),
        pins: Pins | None = None,
        system: OperatingSystem | None = None,
    ) -> None:
        self._cache = cache
        self._network_policies = network_policies
        self._processes = processes
        self._reporter = reporter
        self._recipes = RecipeFiles(FOLDER)
        self._path = os.environ.get("PATH", os.defpath)
        self._host = DebianHost(processes)
        self._system = system or OperatingSystem.here()
        self._routes = [r for r in routes if r is not Route.PACKAGES or self._system.builds_from_packages]
        self._pins = pins or Pins()

    def host_packages(self) -> ProvideHostPackages:
        """The step that installs host packages."""
        return ProvideHostPackages(self._recipes.host_packages(), self._host, self._reporter)

    def host_groups(self, client: DockerClient, *, managed_engine: bool) -> Sequence[str]:
        """Groups of host packages that the platform needs."""
        to_build = self.images(client).needed_programs()
        return needed_groups(builds_images=bool(to_build), managed_engine=managed_engine)

    def programs(self, client: DockerClient, *, managed_engine: bool) -> Sequence[str]:
        """Programs that the platform needs."""
        return needed_programs(
            self._tool_recipes(),
            inside=self._images.programs(),
            to_build=self.images(client).needed_programs(),
            managed_engine=managed_engine,
        )

    def tools(self) -> ProvideTools:
        """The step that provides the tools."""
        groups = self._recipes.host_packages()
        programs = {n: p for group in groups.values() for n, p in group.programs.items() if p.exists()}
        return ProvideTools(self._tool_recipes(), self._sources, self._store, self._reporter, programs)

    def images(self, client: DockerClient) -> ProvideImages:
        """The step that provides the platform's own images in an engine."""
        return self._images.of_platform(client, self.tools())

    def base_images(self, client: DockerClient | None = None) -> BaseImages:
        """The step that provides base images for services in an engine; without a client, that names them."""
        return self._images.of_services(client)

    def base_image_names(self) -> frozenset[str]:
        """See :meth:`ProvidedImages.base_names`."""
        return self._images.base_names()

    def updates(self, client: DockerClient, suite: SecurityUpdates, clock: Clock) -> None:
        """Have base images made anew that lack security updates, where they are made here."""
        if Route.PACKAGES in self._routes:
            self._images.updates(client, suite, clock)()

    def downloads(self) -> Downloads:
        """What gets files from publishers' sites; the libraries that it takes are loaded for it alone."""
        return self._downloads

    def cached(self, instances: Path, engine: Path) -> CachedFolders:
        """The content stores, for making room; see there for the parameters."""
        from build_tasks.adapters.provisioning.cached_things import CachedFolders
        from build_tasks.wiring.scanning import BILLS, PROVENANCE

        stores = (self._store, *(ContentStore(self._cache / name) for name in ("systems", BILLS, PROVENANCE)))
        return CachedFolders(stores, self._wanted_folders, instances, engine)

    def _wanted_folders(self) -> Iterator[Path]:
        sources = [s for r, s in zip(self._routes, self._sources, strict=True) if r is not Route.PATH]
        for recipe in self._recipes.tools().values():
            for source in sources:
                for program in recipe.programs:
                    if isinstance(found := source.look(recipe, program), Found):
                        yield found.path.parents[1]
        if Route.PACKAGES in self._routes:
            for wheel in (self._images.node_wheel(), self._go_wheel.wheel):
                yield self._store.root / wheel.name / wheel.key
            yield self._images.root_filesystem()

    @cached_property
    def _store(self) -> ContentStore:
        return ContentStore(self._cache / "tools")

    @cached_property
    def _downloads(self) -> Downloads:
        from build_tasks.wiring.downloading import site_downloads

        return site_downloads(self._cache)

    @cached_property
    def _sources(self) -> tuple[ToolSource, ...]:
        makers = {Route.PATH: self._on_path, Route.UPSTREAM: self._releases, Route.PACKAGES: self._modules}
        return tuple(makers[route]() for route in self._routes)

    def _on_path(self) -> ToolSource:
        """Docker's own plugins are programs, too, and where its client looks for them."""
        from build_tasks.adapters.provisioning.path_tools import PathTools

        folders = os.pathsep.join((self._path, *map(str, self._system.plugin_folders)))
        return PathTools(self._processes, folders, self._cache)

    def _releases(self) -> ToolSource:
        from build_tasks.adapters.provisioning.archives import PublishedArchives
        from build_tasks.steps.platform.releases import UpstreamReleases

        archives, upstream = PublishedArchives(), self._recipes.upstream()
        target = self._system.target
        return UpstreamReleases(upstream, self._pins, target, self.downloads, archives, self._store)

    def _modules(self) -> ToolSource:
        return GoModules(self._go(), self._store, self._host, self._recipes.host_packages()["compile-c"])

    @cached_property
    def _images(self) -> ProvidedImages:
        return ProvidedImages(
            self._cache,
            self._processes,
            self._reporter,
            pins=self._pins,
            go=self._go,
            prepare=lambda: self.host_packages()([FOR_IMAGES]),
            network_policies=self._network_policies,
            pulls=pulls_images(self._routes),
            builds=Route.PACKAGES in self._routes,
        )

    def _tool_recipes(self) -> Mapping[str, ToolRecipe]:
        recipes = self._recipes.tools()
        return {n: r for n, r in recipes.items() if n != _POLICIES or self._network_policies}

    def _go(self) -> Go:
        return go(self._processes, self._recipes, self._path, self._go_wheel)

    @cached_property
    def _go_wheel(self) -> GoFromWheel:
        return go_from_wheel(self._processes, self._recipes, self._store, self._reporter)
