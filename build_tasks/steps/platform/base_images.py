"""The Debian system that every image here is based on, and stand-ins for upstream base images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from build_tasks.model.platform import StandIn, content_key
from build_tasks.ports.provisioning import (
    HostTrust,
    ImageStore,
    Material,
    Recipes,
    RootFilesystems,
    Store,
)
from build_tasks.ports.reporting import Reporter

#: Names of stand-ins begin so.
STAND_IN = "build-tasks/stand-in/"


class DebianBase:
    """Makes the base image.

    :param store: keeps the root filesystem as an archive.
    :param prepare: sees to what making a root filesystem takes.
    """

    def __init__(
        self,
        recipes: Recipes,
        images: ImageStore,
        systems: RootFilesystems,
        store: Store,
        trust: HostTrust,
        reporter: Reporter,
        prepare: Callable[[], object] = tuple,
    ) -> None:
        self._recipe = recipes.text("debian/recipe.toml")
        self._folder = recipes.folder("debian")
        self._images = images
        self._systems = systems
        self._store = store
        self._trust = trust
        self._reporter = reporter
        self._prepare = prepare

    def __call__(self) -> str:
        """The base image's name in the engine; makes it when it is not there.

        :raises FlowError: when debootstrap or the build fails.
        """
        certificates = self._trust.certificates()
        image, root = self._names(certificates)
        if self._images.has(image):
            return image
        with self._reporter.step("import the Debian system", "the engine does not have it"):
            self._images.import_archive(self._archive(self.root_key), root)
        with (
            self._reporter.step(f"build {image}", "new packages, or other certificate authorities"),
            TemporaryDirectory(prefix="trust-") as folder,
        ):
            for name, pem in certificates.items():
                (Path(folder) / name).write_bytes(pem)
            contexts = {"root": f"docker-image://{root}", "trust": folder}
            self._images.build(
                self._folder, contexts=contexts, args={}, image=image, on_line=self._reporter.detail
            )
        return image

    @property
    def root_key(self) -> str:
        """The key under which the store keeps the root filesystem."""
        return content_key(*self._recipe.values(), self._systems.architecture)

    def names(self) -> tuple[str, str]:
        """Names in the engine of the base image and of the system it is built on; makes neither."""
        return self._names(self._trust.certificates())

    def _names(self, certificates: Mapping[str, bytes]) -> tuple[str, str]:
        suite, root_key = self._recipe["suite"], self.root_key
        key = content_key(root_key, (self._folder / "Dockerfile").read_bytes(), *sorted(certificates))
        return f"build-tasks/debian:{suite}-{key}", f"build-tasks/debootstrap:{suite}-{root_key}"

    def _archive(self, key: str) -> Path:
        if self._store.find("rootfs", key) is None:
            self._prepare()
            with (
                self._reporter.step("debootstrap", "no Debian system of this recipe in the cache"),
                self._store.fill("rootfs", key) as folder,
            ):
                if self._store.find("rootfs", key) is None:
                    packages = self._recipe["packages"].split()
                    archive = folder / "rootfs.tar"
                    self._systems.make(self._recipe["suite"], packages, archive, self._reporter.detail)
        return (self._store.find("rootfs", key) or Path()) / "rootfs.tar"


class DerivedImages:
    """Images made from a folder of ``base-images`` on a base image.

    :param base: gives its name in the engine; makes it when it is not there.
    """

    def __init__(
        self, recipes: Recipes, images: ImageStore, base: Callable[[], str], reporter: Reporter
    ) -> None:
        self._recipes = recipes
        self._images = images
        self._base = base
        self._reporter = reporter

    def __call__(
        self,
        recipe: str,
        name: str,
        reason: str,
        programs: Mapping[str, Path] | None = None,
        materials: Mapping[str, Material] | None = None,
        args: Mapping[str, str] | None = None,
    ) -> str:
        """The image of a recipe; built when the engine does not have it.

        :param name: name of the result without its key: ``build-tasks/redis:trixie``.
        :param programs: named context -> folder of programs that the recipe copies in.
        :param materials: the same for what is not at hand before an image has to be built.
        :param args: build arguments; they stay in the history of every image on top.
        """
        folder = self._recipes.folder(f"base-images/{recipe}")
        contexts = {n: str(path) for n, path in (programs or {}).items()}
        if b"FROM base" in (folder / "Dockerfile").read_bytes():
            contexts["base"] = f"docker-image://{self._base()}"
        files = [part for f in sorted(folder.rglob("*")) if f.is_file() for part in (f.name, f.read_bytes())]
        # contexts name their content: the base by its key, programs by the cache's
        named = {**contexts, **{n: m.key for n, m in (materials or {}).items()}, **(args or {})}
        image = f"{name}-{content_key(*files, *sorted(f'{k}={v}' for k, v in named.items()))[:12]}"
        if not self._images.has(image):
            contexts |= {n: str(material.folder()) for n, material in (materials or {}).items()}
            with self._reporter.step(f"build {image}", reason):
                self._images.build(
                    folder, contexts=contexts, args=args or {}, image=image, on_line=self._reporter.detail
                )
        return image


class StandIns:
    """Stand-ins for upstream base images, under names of ours.

    :param materials: what stand-ins are made of besides Debian's packages, by the names that recipes use.
    """

    def __init__(self, recipes: Recipes, derived: DerivedImages, materials: Mapping[str, Material]) -> None:
        self._known = recipes.stand_ins()
        self._derived = derived
        self._materials = materials

    @property
    def known(self) -> Mapping[str, StandIn]:
        """Those there are recipes for, by upstream reference."""
        return self._known

    def make(self, reference: str, reason: str) -> str:
        """The engine image that stands in for a known reference; built when the engine does not have it."""
        known = self._known[reference]
        materials = {known.material: self._materials[known.material]} if known.material else {}
        name = f"{STAND_IN}{known.reference}"
        return self._derived(known.recipe, name, reason, materials=materials)

    def every(self) -> frozenset[str]:
        """The engine images of all stand-ins there are recipes for; builds what is missing."""
        return frozenset(self.make(reference, "") for reference in self._known)
