"""Kubernetes objects of one environment, through kubectl and the environment's own account."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from build_tasks.adapters.kubernetes.deployer_account import KUBECTL_ENV, DeployerAccount
from build_tasks.adapters.kubernetes.failures import cluster_failure, refusals, unreachable, wrong_context
from build_tasks.adapters.kubernetes.objects import Deployments, KubeConfig, Pod, Pods, Workload
from build_tasks.adapters.kubernetes.port_forward import PortForward
from build_tasks.adapters.kubernetes.workload_states import event_lines, pod_state, rollouts
from build_tasks.adapters.programs.running import wait_for
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.releases import PodState, Rollout

_Kind = TypeVar("_Kind")

#: Seconds a cluster gets to answer before it counts as not available.
_PATIENCE = 5.0
#: Time for deleted objects to go; pods may take their grace period.
_GONE = "60s"
#: A log that is followed takes one connection a container; kubectl's own limit is 5.
_LOG_REQUESTS = 30
#: Lines of what kubectl says itself while it copies logs.
_LAST_WORDS = 15


@dataclass(frozen=True)
class KubectlWorkloads(DeployerAccount):
    """Implements :class:`build_tasks.ports.runtime.Workloads`."""

    _right: set[str] = field(default_factory=set, init=False, compare=False, repr=False)

    def check_cluster(self) -> None:
        """See the port; an answer with another cluster's certificate counts as the wrong cluster.

        Once it was the right one, it is not asked again: every command names file and context.

        :raises FlowError: WRONG_CLUSTER, UNAVAILABLE.
        """
        if self.environment.context not in self._right:
            self._check_cluster()
            self._right.add(self.environment.context)

    def _check_cluster(self) -> None:
        what = f"check the cluster of {self.environment.name}"
        config = self._config(what)
        wanted = self.environment.context
        if config.current_context != wanted or not config.server(wanted):
            raise wrong_context(what, self.environment, config)
        answer = self._run(
            "get", "--raw=/version", f"--request-timeout={_PATIENCE:g}s", what=what, timeout=_PATIENCE + 1
        )
        if answer.status != 0:
            raise unreachable(what, self.environment, config.server(wanted), answer.stderr)

    def refusals(self, manifests: str) -> Sequence[str]:
        """A strict server-side dry run: schema of the cluster's own version, admission, Pod Security.

        :raises FlowError: UNAVAILABLE.
        """
        what = f"validate manifests against {self.environment.context}"
        words = ["apply", "--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict"]
        done = self._run(*words, "--filename=-", what=what, stdin=manifests.encode())
        found = refusals(done.stderr, manifests)
        if done.status != 0 and not found:
            raise cluster_failure(what, self.environment, done, self.processes.log.path)
        return found

    def rollouts(self, selector: str) -> Sequence[Rollout]:
        """Deployments that match a label selector."""
        return rollouts(self._get("deployments,replicasets", selector, Deployments).items)

    def pods(self, selector: str) -> Sequence[PodState]:
        return [pod_state(item) for item in self._get("pods", selector, Pods).items]

    def rollouts_with_pods(self, selector: str) -> tuple[Sequence[Rollout], Sequence[PodState]]:
        """Asked again and again while a version starts: one program instead of two."""
        found = self._get("deployments,replicasets,pods", selector, Workload).items
        pods = [item for item in found if isinstance(item, Pod)]
        return rollouts([item for item in found if not isinstance(item, Pod)]), list(map(pod_state, pods))

    def events(self, name_prefix: str) -> Sequence[str]:
        """Warning events of objects whose name starts so, oldest first, one line each."""
        what = f"read the events of {name_prefix}"
        done = self._checked("get", "events", "--field-selector=type=Warning", "--output=json", what=what)
        return event_lines(done.stdout, name_prefix)

    def last_log(self, pod: str, lines: int) -> Sequence[str]:
        """The last log lines of a pod's containers, of the previous ones if the present ones have none.

        No log at all (the container never started) is no failure: this is read to explain another one.
        """
        for which in ([], ["--previous"]):
            words = ["logs", pod, f"--tail={lines}", "--all-containers", *which]
            done = self._run(*words, what=f"read the log of {pod}")
            if done.stdout.strip():
                return done.stdout.splitlines()[-lines:]
        return []

    def logs(self, selector: str, *, follow: bool, tail: int, on_line: Callable[[str], None]) -> None:
        """Pass on the lines of the pods' logs, as they come.

        :raises FlowError: TOOL_FAILED with what kubectl said.
        """
        said: deque[str] = deque(maxlen=_LAST_WORDS)
        words = ["logs", f"--selector={selector}", "--all-containers", "--prefix", f"--tail={tail}"]
        words += [f"--max-log-requests={_LOG_REQUESTS}", *(["--follow"] if follow else [])]
        argv = self._argv(words)
        with self.processes.background(argv, env=KUBECTL_ENV, on_line=on_line, on_error=said.append) as run:
            status = wait_for(run)
        if status != 0:
            what, why = f"read the logs of {selector}", f"kubectl ended with status {status}"
            raise FlowError(
                f"{what} in {self.environment.name}", why, code=ExitCode.TOOL_FAILED, details=said
            )

    def forward(self, service: str, port: int) -> AbstractContextManager[None]:
        """See the port; the Service's own port is 80."""
        what = f"forward port {port} to {service} in {self.environment.name}"
        argv = self._argv(["port-forward", f"service/{service}", f"{port}:80"])
        return PortForward(self.processes, argv, KUBECTL_ENV, what).kept_up()

    def post(self, pod: str, port: int, path: str) -> None:
        """POST an empty body to a pod through the API server; an answer beyond 2xx is a failure."""
        target = f"/api/v1/namespaces/{self.environment.namespace}/pods/{pod}:{port}/proxy/{path.lstrip('/')}"
        self._checked("create", "--raw", target, "--filename=-", what=f"POST {path} to {pod}", stdin=b"")

    def set_replicas(self, deployment: str, replicas: int) -> None:
        """Scale a Deployment."""
        what = f"scale {deployment} to {replicas} in {self.environment.name}"
        self._checked("scale", f"deployment/{deployment}", f"--replicas={replicas}", what=what)

    def delete(self, manifests: str) -> None:
        """Delete the objects of a YAML stream, waiting until they are gone; those that are not there count
        as deleted."""
        if not manifests.strip():
            return
        what = f"delete objects in {self.environment.name}"
        words = ["delete", "--filename=-", "--ignore-not-found", "--wait", f"--timeout={_GONE}"]
        self._checked(*words, what=what, stdin=manifests.encode())

    def _config(self, what: str) -> KubeConfig:
        file = ["--kubeconfig", self.environment.kubeconfig]
        done = self.processes.run(
            [self.kubectl, "config", "view", *file, "--output=json"], env=KUBECTL_ENV, what=what
        )
        return msgspec.json.decode(done.stdout, type=KubeConfig)

    def _get(self, kind: str, selector: str, into: type[_Kind]) -> _Kind:
        what = f"look at the {kind} of {selector} in {self.environment.name}"
        done = self._checked("get", kind, f"--selector={selector}", "--output=json", what=what)
        return msgspec.json.decode(done.stdout, type=into)
