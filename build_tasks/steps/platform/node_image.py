"""The kind node image: Debian, Kubernetes' programs and, inside, the images of its components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from build_tasks.model.platform import NodeImage, Toolbox, ToolRecipe, content_key
from build_tasks.ports.provisioning import ImageStore, Recipes
from build_tasks.ports.reporting import Reporter
from build_tasks.steps.platform.base_images import DebianBase

#: Where kubeadm looks for its components, unless it is told otherwise.
_KUBERNETES = "registry.k8s.io"
#: What is only ever in a node; no registry has that name, so nothing is pulled by mistake.
_OURS = "localhost/build-tasks"
#: Named context of the Dockerfile -> a program in the folder that it stands for.
_PROGRAMS = {
    "kubernetes": "kube-apiserver",
    "etcd-program": "etcd",
    "coredns-program": "coredns",
    "pause-program": "pause",
    "provisioner-program": "local-path-provisioner",
}


@dataclass(frozen=True)
class _Versions:
    kubernetes: str
    etcd: str
    dns: str

    @property
    def components(self) -> Mapping[str, str]:
        """Target of the Dockerfile -> name of the image inside the node."""
        ours = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy")
        return {
            **{name: f"{_KUBERNETES}/{name}:{self.kubernetes}" for name in ours},
            "etcd": f"{_KUBERNETES}/etcd:{self.etcd}",
            "coredns": f"{_KUBERNETES}/coredns/coredns:{self.dns}",
            "pause": f"{_OURS}/pause:1",
            "busybox": f"{_OURS}/busybox:1",
            "local-path-provisioner": f"{_OURS}/local-path-provisioner:1",
        }


class BuildNodeImage:
    """Makes the node image.

    :param tools: recipes of the tools, for their versions.
    """

    #: What it is made of, beside Debian packages.
    programs = tuple(_PROGRAMS.values())

    def __init__(
        self,
        recipes: Recipes,
        tools: Mapping[str, ToolRecipe],
        images: ImageStore,
        base: DebianBase,
        reporter: Reporter,
    ) -> None:
        self._folder = recipes.folder("node")
        self._versions = _Versions(
            kubernetes=f"v{tools['kubernetes'].version}",
            etcd=f"{tools['etcd'].version}-0",
            dns=f"v{tools['coredns'].version}",
        )
        self._images = images
        self._base = base
        self._reporter = reporter

    def __call__(self, toolbox: Toolbox) -> NodeImage:
        """The node image; built when the engine does not have one of this content.

        :raises FlowError: when a build fails.
        """
        base = self._base()
        folders = {name: toolbox[program].parent for name, program in _PROGRAMS.items()}
        image = f"build-tasks/node:{self._versions.kubernetes}-{self._key(base, folders)}"
        if not self._images.has(image):
            contexts = {name: str(path) for name, path in folders.items()}
            self._build(image, {**contexts, "base": f"docker-image://{base}"})
        return NodeImage(image, self._versions.kubernetes, self._versions.etcd, self._versions.dns)

    def _key(self, base: str, folders: Mapping[str, Path]) -> str:
        files = sorted(file for file in self._folder.rglob("*") if file.is_file())
        parts = [part for file in files for part in (str(file.relative_to(self._folder)), file.read_bytes())]
        # a tool's folder is named by the key of what is in it
        tools = [f"{name}={path.parent.name}" for name, path in sorted(folders.items())]
        return content_key(base, *tools, *parts)[:12]

    def _build(self, image: str, contexts: Mapping[str, str]) -> None:
        with TemporaryDirectory(prefix="node-image-") as folder:
            archives = Path(folder)
            for target, name in self._versions.components.items():
                with self._reporter.step(f"build {name}", "it is preloaded into the node"):
                    self._one(target, name, contexts, archives / f"{target}.tar")
            with self._reporter.step(f"build {image}", "the engine has no node image of this content"):
                self._one("node", image, {**contexts, "archives": folder}, None)

    def _one(self, target: str, name: str, contexts: Mapping[str, str], archive: Path | None) -> None:
        self._images.build(
            self._folder,
            contexts=contexts,
            args={"KUBERNETES_VERSION": self._versions.kubernetes},
            image=name,
            on_line=self._reporter.detail,
            target=target,
            archive=archive,
        )
