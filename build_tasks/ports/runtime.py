"""What runs in an environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from build_tasks.model.environment import Environment
from build_tasks.model.releases import HookRun, PodState, Revision, Rollout
from build_tasks.ports.leases import Leases


class Releases(Protocol):
    """Helm releases of one environment, through its own account."""

    def list(self, *, selector: str = "") -> Sequence[Revision]:
        """The current revision of every release in the namespace, pending ones included."""

    def get(self, release: str) -> Revision | None:
        """The current revision with its values, or None."""

    def history(self, release: str) -> Sequence[Revision]:
        """All revisions kept, oldest first; empty if there is no such release."""

    def manifest(self, release: str) -> str:
        """What the current revision is made of, as a YAML stream, without hooks; empty if there is none."""

    def upgrade(
        self,
        release: str,
        chart: Path,
        values: Mapping[str, object],
        *,
        description: str,
        labels: Mapping[str, str],
    ) -> None:
        """Install or upgrade, without waiting for workloads; keeps the last ten revisions."""

    def rollback(self, release: str, revision: int) -> None:
        """Back to an earlier revision, without waiting for workloads."""

    def uninstall(self, release: str, *, wait: bool = True) -> None:
        """Remove the release and what it made; no error if there is none.

        :param wait: until what it made is gone, too; for what its hooks made it always waits. Otherwise its
            pods end what they have begun by themselves, and the release can be installed again at once.
        """

    def test(self, release: str, *, only: str = "", without: str = "") -> str:
        """Run the release's test hooks; gives their log. FlowError(VERIFY_FAILED) with the log otherwise.

        :param only: run this one alone; VERIFY_FAILED if there is none of that name.
        :param without: run all but this one.
        """

    def test_runs(self, release: str) -> Sequence[HookRun]:
        """The last run of each test hook of the current revision."""


class Workloads(Protocol):
    """Kubernetes objects of one environment, through its own account."""

    def check_cluster(self) -> None:
        """FlowError(WRONG_CLUSTER) if the kubeconfig's context is not the environment's own cluster,
        FlowError(UNAVAILABLE) if it does not answer."""

    def refusals(self, manifests: str) -> Sequence[str]:
        """What the API server would refuse of a YAML stream, unknown fields included; changes nothing."""

    def rollouts(self, selector: str) -> Sequence[Rollout]:
        """Deployments that match a label selector."""

    def pods(self, selector: str) -> Sequence[PodState]:
        """Pods that match a label selector, those being deleted included."""

    def rollouts_with_pods(self, selector: str) -> tuple[Sequence[Rollout], Sequence[PodState]]:
        """Both, by one question."""

    def events(self, name_prefix: str) -> Sequence[str]:
        """Warning events of objects whose name starts so, oldest first, one line each."""

    def last_log(self, pod: str, lines: int) -> Sequence[str]:
        """The last log lines of a pod, of its previous container if the present one has none."""

    def logs(self, selector: str, *, follow: bool, tail: int, on_line: Callable[[str], None]) -> None:
        """Pass on the lines of the pods' logs, as they come."""

    def forward(self, service: str, port: int) -> AbstractContextManager[None]:
        """Until it ends, ``localhost:<port>`` leads to the Service, also when its pods are replaced.

        FlowError(UNAVAILABLE) if that port cannot be had.
        """

    def post(self, pod: str, port: int, path: str) -> None:
        """POST an empty body to a pod through the API server."""

    def set_replicas(self, deployment: str, replicas: int) -> None:
        """Scale a Deployment."""


class Environments(Protocol):
    """Gives the Helm and Kubernetes side of an environment, and the turns that are taken there."""

    def releases(self, environment: Environment) -> Releases: ...

    def workloads(self, environment: Environment) -> Workloads: ...

    def leases(self, environment: Environment) -> Leases: ...
