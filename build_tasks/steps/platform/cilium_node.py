"""The kind node image whose NetworkPolicies hold: the plain node, with Cilium in place of its bridge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from build_tasks.model.platform import NodeImage, PodNetwork, Toolbox, content_key
from build_tasks.ports.provisioning import ImageStore, Recipes
from build_tasks.ports.reporting import Reporter
from build_tasks.steps.platform.base_images import DebianBase
from build_tasks.steps.platform.go_modules import kept_sources
from build_tasks.steps.platform.node_image import BuildNodeImage

#: The agent's image; it is only ever in a node.
AGENT = "localhost/build-tasks/cilium:1"
_MODULE = "github.com/cilium/cilium"
_PROGRAM = "cilium-agent"


class BuildCiliumNode:
    """Makes the node image.

    :param plain: makes the node image that this one is based on.
    """

    #: What it is made of, beside Debian packages.
    programs = (*BuildNodeImage.programs, _PROGRAM)

    def __init__(
        self,
        recipes: Recipes,
        plain: Callable[[Toolbox], NodeImage],
        images: ImageStore,
        base: DebianBase,
        reporter: Reporter,
    ) -> None:
        self._folder = recipes.folder("cilium")
        self._node_recipe = recipes.folder("node")
        self._plain = plain
        self._images = images
        self._base = base
        self._reporter = reporter

    def __call__(self, toolbox: Toolbox) -> NodeImage:
        """The node image; built when the engine does not have one of this content.

        :raises FlowError: when a build fails.
        """
        plain, base, agent = self._plain(toolbox), self._base(), toolbox[_PROGRAM]
        image = f"build-tasks/node:{plain.kubernetes}-cilium-{self._key(plain, base, agent)}"
        if not self._images.has(image):
            contexts = {
                "base": f"docker-image://{base}",
                "plain-node": f"docker-image://{plain.image}",
                "node-recipe": str(self._node_recipe),
                "cilium-programs": str(agent.parent),
                "cilium-module": str(kept_sources(agent, _MODULE)),
            }
            self._build(image, contexts)
        return replace(plain, image=image, network=PodNetwork.CILIUM)

    def _key(self, plain: NodeImage, base: str, agent: Path) -> str:
        """The plain node's name stands for its content, and so does the folder that the agent is in."""
        files = sorted(file for file in self._folder.rglob("*") if file.is_file())
        parts = [part for file in files for part in (str(file.relative_to(self._folder)), file.read_bytes())]
        return content_key(plain.image, base, agent.parent.parent.name, *parts)[:12]

    def _build(self, image: str, contexts: Mapping[str, str]) -> None:
        with TemporaryDirectory(prefix="cilium-node-") as folder:
            with self._reporter.step(f"build {AGENT}", "it is preloaded into the node"):
                self._one("cilium", AGENT, contexts, Path(folder) / "cilium.tar")
            with self._reporter.step(f"build {image}", "the engine has no node image of this content"):
                self._one("node", image, {**contexts, "archives": folder}, None)

    def _one(self, target: str, name: str, contexts: Mapping[str, str], archive: Path | None) -> None:
        self._images.build(
            self._folder,
            contexts=contexts,
            args={},
            image=name,
            on_line=self._reporter.detail,
            target=target,
            archive=archive,
        )
