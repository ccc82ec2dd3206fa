"""kind, https://kind.sigs.k8s.io."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from build_tasks.adapters.programs.process import Processes
from build_tasks.adapters.programs.running import dying_with_us
from build_tasks.errors import ExitCode, FlowError, ToolError


def _unheard(_line: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Kind:
    """Implements :class:`build_tasks.ports.platform.LocalClusters`.

    :param docker_host: the engine the nodes run on.
    :param on_line: gets each line that kind prints.
    """

    processes: Processes
    docker_host: str
    on_line: Callable[[str], None] = _unheard

    def create(self, cluster: str, *, image: str, config: str, network: str, kubeconfig: Path) -> None:
        """Create a cluster; what failed half-way is removed by kind, unless kind itself is killed.

        :raises FlowError: TOOL_FAILED with kind's last lines.
        """
        what = f"create cluster {cluster}"
        # No wait: kind asks without a pause whether the node is ready, each time by two new programs, and so
        # takes a processor from what it waits for.
        words = [f"--image={image}", "--config=-", f"--kubeconfig={kubeconfig}", "--wait=0s"]
        try:
            self._kind(what, "create", "cluster", f"--name={cluster}", *words, stdin=config, network=network)
        except ToolError as error:
            raise FlowError(
                what,
                error.why,
                "run `./inv platform.doctor`; it tries what usually stands in the way",
                code=ExitCode.TOOL_FAILED,
                details=error.details,
                log=error.log,
            ) from None

    def delete(self, cluster: str, kubeconfig: Path) -> None:
        words = (f"--name={cluster}", f"--kubeconfig={kubeconfig}")
        self._kind(f"delete cluster {cluster}", "delete", "cluster", *words)

    def export(self, cluster: str, kubeconfig: Path) -> None:
        words = (f"--name={cluster}", f"--kubeconfig={kubeconfig}")
        self._kind(f"export the kubeconfig of {cluster}", "export", "kubeconfig", *words)

    def _kind(self, what: str, *words: str, stdin: str = "", network: str = "") -> None:
        # Proxy variables would become the nodes' own; a node pulls from the local registry alone.
        no_proxy = {name: "" for stem in ("HTTP_PROXY", "HTTPS_PROXY") for name in (stem, stem.lower())}
        env = {"DOCKER_HOST": self.docker_host, "KIND_EXPERIMENTAL_PROVIDER": "docker", **no_proxy}
        if network:
            env["KIND_EXPERIMENTAL_DOCKER_NETWORK"] = network
        source = stdin.encode() if stdin else None
        self.processes.run(
            dying_with_us("kind", *words), env=env, stdin=source, what=what, on_line=self.on_line
        )
