"""The platform's parts on a fake host."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from build_tasks.model.images import LocalImage
from build_tasks.model.instance import Instance
from build_tasks.model.local_platform import EngineChoice, EnvironmentNeed
from build_tasks.model.platform import NodeImage, PlatformImages, PodNetwork
from build_tasks.model.upstream import ToolOrigin
from build_tasks.recipes import FOLDER
from build_tasks.steps.platform.parts import PlatformParts
from tests.fakes.builder import FakeBuilder
from tests.fakes.clock import FakeClock
from tests.fakes.clusters import FakeAdmin, FakeKind
from tests.fakes.engine_objects import FakeObjects
from tests.fakes.platform import FakeManagedEngine, FakeWorld
from tests.fakes.registry import FakeRegistry
from tests.fakes.reporter import FakeReporter

ENVIRONMENTS = (
    EnvironmentNeed("dev", "devtest", "dev", False),
    EnvironmentNeed("qa", "devtest", "qa", False),
    EnvironmentNeed("prod", "prod", "backend", True),
)
STORE_IMAGES = {"redis": "redis:8-1", "postgresql": "postgresql:17-1"}
KIND_CONFIG = "kind: Cluster\nkubeadmConfigPatches: [first]\n"


@dataclass
class FakeHost:
    """The port ``Host``; a started registry answers on its port."""

    world: FakeWorld
    free: int = 100 * 1024**3

    def inotify_instances(self) -> int:
        return self.world.inotify

    def raise_inotify_instances(self, to: int) -> bool:
        self.world.inotify = to
        return True

    def cgroup_version(self) -> int:
        return 2

    def free_bytes(self, path: Path) -> int:
        return self.free

    def port_free(self, port: int) -> bool:
        return port not in self.world.taken_ports

    def http_ok(self, url: str) -> bool:
        return any(c.running for name, c in self.world.containers.items() if name.endswith("-registry"))

    def may_upload(self, registry: str, repository: str) -> bool:
        return self.world.uploads_allowed


@dataclass
class FakeFiles:
    """The port ``PrivateFiles``."""

    world: FakeWorld

    def read(self, path: Path) -> str:
        return self.world.files.get(path, "")

    def write(self, path: Path, text: str) -> None:
        self.world.act(f"write {path.name}", lambda: self.world.files.update({path: text}))

    def remove_folder(self, folder: Path) -> bool:
        self.world.programs = False
        gone = [path for path in self.world.files if path.is_relative_to(folder)]
        for path in gone:
            del self.world.files[path]
        return bool(gone)

    @contextmanager
    def lock(self, path: Path) -> Iterator[object]:
        yield None


@dataclass
class FakeKeys:
    """The port ``KeyMaker``: a public half that names its owner."""

    world: FakeWorld

    def new_key(self, file: Path, owner: str) -> str:
        public = f"ssh-ed25519 AAAA{owner}"
        halves = {file: "private", file.with_suffix(".pub"): f"{public} {owner}\n"}
        self.world.act(f"make key {file.name}", lambda: self.world.files.update(halves))
        return public


@dataclass
class FakeSupplies:
    """The port ``Supplies``; ``node`` is the pinned node image, ``network`` what it connects pods with.

    ``made`` names the threads that asked for the images; ``linked`` hears that the tools are callable.
    """

    node: str = "node:1"
    network: PodNetwork = PodNetwork.CILIUM
    made: list[str] = field(default_factory=list)
    missing: tuple[str, ...] = ()
    linked: Callable[[], None] = lambda: None

    def missing_tools(self) -> tuple[str, ...]:
        return self.missing

    def tool_origins(self) -> tuple[ToolOrigin, ...]:
        return (ToolOrigin("kubectl", "1.37.2 or >=1.36.0,<1.39.0", "1.36.4 from PATH"),)

    def tools(self) -> None:
        self.linked()

    def updates(self) -> None:
        """There are none."""

    def image_names(self) -> PlatformImages:
        return PlatformImages(
            NodeImage(self.node, "v1.37.2", "3.6.16-0", "v1.14.7", self.network), "registry:1", STORE_IMAGES
        )

    def images(self) -> PlatformImages:
        self.made.append(threading.current_thread().name)
        return self.image_names()


class StoresBuilder(FakeBuilder):
    """An engine that has the data stores' images and pushes them into a fake registry."""

    def __init__(self, registry: FakeRegistry) -> None:
        super().__init__(on_push=lambda _image, ref: registry.add_image(ref, layer=ref.repository.encode()))
        for number, image in enumerate(STORE_IMAGES.values()):
            self._images[image] = LocalImage(f"sha256:{number:064}", {}, "999", (image,))


def platform_parts(
    world: FakeWorld, name: str = "local", environments: tuple[EnvironmentNeed, ...] = ENVIRONMENTS
) -> PlatformParts:
    """An instance on a host; its registry is empty."""
    instance, registry, managed = Instance(name, Path("/state")), FakeRegistry(), FakeManagedEngine(world)

    def admin(cluster: str) -> FakeAdmin:
        return FakeAdmin(world, instance.cluster_name(cluster), instance.admin_kubeconfig(cluster))

    return PlatformParts(
        instance=instance,
        environments=environments,
        kind_config=KIND_CONFIG,
        recipes=FOLDER,
        cache=Path("/cache"),
        engine=EngineChoice(managed.host, "29", True, "a test"),
        managed=managed,
        supplies=FakeSupplies(linked=lambda: setattr(world, "programs", True)),
        objects=FakeObjects(world),
        clusters=FakeKind(world),
        admin=admin,
        images=StoresBuilder(registry),
        registry=registry,
        host=FakeHost(world),
        files=FakeFiles(world),
        keys=FakeKeys(world),
        clock=FakeClock(),
        reporter=FakeReporter(),
        end_programs=lambda: world.changes.append("end programs"),
    )
