"""An instance of the local platform: every name on the host derives from its name.

Two instances share nothing but the managed engine and the cache, so tests never touch the platform that a
developer works on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

#: Names the instance when no flag does.
VARIABLE = "BUILD_TASKS_INSTANCE"
DEFAULT = "local"
#: Names the file of the private key that a CI agent's builder signs evidence with.
BUILDER_KEY = "BUILD_TASKS_BUILDER_KEY"

#: Label on every engine object that is ours; its value is the instance.
LABEL = "build-tasks.instance"

_NAME = re.compile(r"[a-z]([a-z0-9-]{0,18}[a-z0-9])?")


@dataclass(frozen=True)
class Instance:
    """Names, ports and files of one instance.

    :param name: a DNS label of at most 20 characters (a node's host name, ``<name>-<cluster>-control-plane``,
        must stay within 63).
    :param state: folder for kubeconfig files, logs and timings of all instances.
    :raises ValueError: the name is not usable.
    """

    name: str
    state: Path

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(
                f"{self.name!r} is not an instance name: lower case letters, digits and dashes, at most 20,"
                " beginning with a letter"
            )

    @classmethod
    def of(cls, environ: Mapping[str, str], state: Path | None = None) -> Instance:
        """The instance that the environment names (``BUILD_TASKS_INSTANCE``).

        :param state: see above; without it, where Linux keeps such things (``XDG_STATE_HOME``).
        """
        if state is None:
            home, base = Path(environ.get("HOME", "/")), environ.get("XDG_STATE_HOME", "")
            state = (Path(base) if base.startswith("/") else home / ".local" / "state") / "build-tasks"
        return cls(environ.get(VARIABLE) or DEFAULT, state)

    @property
    def labels(self) -> Mapping[str, str]:
        """Labels of every network, volume and container of this instance."""
        return {LABEL: self.name}

    def cluster_name(self, cluster: str) -> str:
        """kind's name of a cluster: ``local-devtest``."""
        return f"{self.name}-{cluster}"

    def node_container(self, cluster: str) -> str:
        """The container of a cluster's only node, named by kind."""
        return f"{self.cluster_name(cluster)}-control-plane"

    def network_name(self, cluster: str) -> str:
        """The engine's network of a cluster; each cluster has one of its own."""
        return f"build-tasks-{self.cluster_name(cluster)}"

    @property
    def registry_container(self) -> str:
        """Also the registry's host name on the clusters' networks (port 5000 there)."""
        return f"build-tasks-{self.name}-registry"

    @property
    def registry_volume(self) -> str:
        return self.registry_container

    @property
    def registry_port(self) -> int:
        """5001 for the default instance; below the ephemeral range (32768 up) for the others."""
        if self.name == DEFAULT:
            return 5001
        import hashlib  # with OpenSSL, which only platforms need

        return 15000 + int.from_bytes(hashlib.sha256(self.name.encode()).digest()[:4], "big") % 10000

    @property
    def registry_host(self) -> str:
        """The registry's name in references, on the host and for pulls on every node."""
        return f"localhost:{self.registry_port}"

    @property
    def folder(self) -> Path:
        """Kubeconfig files, logs and timings of this instance."""
        return self.state / self.name

    def admin_kubeconfig(self, cluster: str) -> Path:
        """The cluster administrator's file; only the platform tasks use it."""
        return self.folder / f"admin-{cluster}.kubeconfig"

    def admin_context(self, cluster: str) -> str:
        """kind's name of the context in :meth:`admin_kubeconfig`."""
        return f"kind-{self.cluster_name(cluster)}"

    def kubeconfig(self, environment: str) -> Path:
        """The file of an environment's deployer account: one context, mode 0600."""
        return self.folder / f"{environment}.kubeconfig"

    @property
    def builder_key(self) -> Path:
        """The private key of this instance's own builder, mode 0600; its public half is ``builder.pub``."""
        return self.folder / "builder"

    def context(self, environment: str) -> str:
        """The context in :meth:`kubeconfig`: ``local-qa``."""
        return f"{self.name}-{environment}"
