"""How Helm is started: which program, in which environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from build_tasks.adapters.programs.process import Completed, Processes
from build_tasks.adapters.programs.running import dying_with_us

#: Variables that would send Helm to another cluster or account than its arguments name.
_OVERRIDES = (
    "HELM_KUBEAPISERVER",
    "HELM_KUBETOKEN",
    "HELM_KUBECAFILE",
    "HELM_KUBEASUSER",
    "HELM_KUBEASGROUPS",
    "HELM_KUBETLS_SERVER_NAME",
    "HELM_NAMESPACE",
)


@dataclass(frozen=True)
class HelmProgram:
    """Starts Helm with caches of its own, so that a user's repositories and plugins make no difference.

    :param executable: Helm 4 (Helm 3 is accepted).
    :param home: folder for Helm's configuration, data and caches.
    """

    processes: Processes
    executable: Path
    home: Path

    def run(
        self,
        words: Sequence[str],
        *,
        stdin: bytes | None = None,
        what: str = "",
        check: bool = True,
        timeout: float | None = None,
    ) -> Completed:
        """Run ``helm <words>``; raises what :meth:`Processes.run` raises.

        It does not outlive us: when we are killed, the Lease that it works under lapses, and whoever takes
        over must find nobody at work.
        """
        argv = [str(self.executable), *words]
        if self.executable.exists():  # or it would not be known what could not be started
            argv = dying_with_us(*argv)
        return self.processes.run(argv, env=self._env(), stdin=stdin, what=what, check=check, timeout=timeout)

    @cached_property
    def is_four(self) -> bool:
        """Whether this is Helm 4: it lets the API server merge, and waits in several ways."""
        words = ["version", "--template", "{{ .Version }}"]
        version = self.run(words, what="ask Helm for its version").stdout.strip()
        return int(version.removeprefix("v").partition(".")[0]) >= 4

    def _env(self) -> Mapping[str, str]:
        # Release records as ConfigMaps: a deployer's account cannot read Secrets.
        return {
            **dict.fromkeys(_OVERRIDES, ""),
            "HELM_DRIVER": "configmap",
            "HELM_CACHE_HOME": str(self.home / "cache"),
            "HELM_CONFIG_HOME": str(self.home / "config"),
            "HELM_DATA_HOME": str(self.home / "data"),
        }
