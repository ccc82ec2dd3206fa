"""One cluster through its administrator's account: kubectl and helm."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from build_tasks.adapters.kubernetes.admin_account import AdminAccount
from build_tasks.adapters.kubernetes.admin_json import are_back, facts_of, images_of, pod_run_of
from build_tasks.adapters.kubernetes.kubeconfig_files import endpoint_of
from build_tasks.adapters.kubernetes.workload_states import event_lines
from build_tasks.errors import ExitCode, FlowError, ToolError
from build_tasks.model.local_platform import OWNER_LABEL, ClusterFacts, Endpoint, PodRun

#: The name under which the API server notes who set a field.
_OWNER = "build-tasks"
#: One line a pod, https://kubernetes.io/docs/reference/kubectl/jsonpath/.
_POD_STATES = r"{range .items[*]}{.metadata.name}: {.status.containerStatuses[*].state}{'\n'}{end}"


@dataclass(frozen=True)
class KubernetesAdmin(AdminAccount):
    """Implements :class:`build_tasks.ports.platform.ClusterAdmin`.

    :param patience: seconds until what a chart installs must be ready. A data store takes 20 on an idle
        machine; one that did other things besides took more than 180.
    """

    patience: int = 600

    def answers(self) -> bool:
        done = self._kubectl("see whether it is ready", "get", "--raw=/readyz", timeout="3s", check=False)
        return done.status == 0

    def wait_ready(self, seconds: float, since: datetime | None = None) -> None:
        deadline = time.monotonic() + seconds
        self._hold_out(self.answers, deadline, f"its API did not become ready within {seconds:g} s")
        if since is not None:
            late = f"the platform's own pods were not ready again within {seconds:g} s"
            self._hold_out(lambda: self._own_pods_are_back(since), deadline, late)
        self.wait_nodes(seconds)
        limit = f"--timeout={seconds:g}s"
        dns = ("rollout", "status", "deployment/coredns", "--namespace=kube-system", limit)
        self._kubectl("wait for its DNS", *dns, timeout="0")
        agents = ("rollout", "status", "daemonset", "--namespace=kube-system", limit)
        self._kubectl("wait for its node's agents", *agents, timeout="0")

    def wait_nodes(self, seconds: float) -> None:
        words = ("wait", "--for=condition=Ready", "nodes", "--all", f"--timeout={seconds:g}s")
        self._kubectl("wait for its node", *words, timeout="0")

    def _hold_out(self, met: Callable[[], bool], deadline: float, otherwise: str) -> None:
        while not met():
            if time.monotonic() > deadline:
                raise FlowError(
                    f"wait for cluster {self.cluster}",
                    otherwise,
                    "run `./inv platform.up --recreate` to make the cluster anew",
                    code=ExitCode.UNAVAILABLE,
                    log=self.processes.log.path,
                )
            time.sleep(0.5)

    def _own_pods_are_back(self, since: datetime) -> bool:
        words = ("get", "pods", "-A", f"--selector={OWNER_LABEL}", "--output=json")
        done = self._kubectl("look at the platform's pods", *words, check=False)
        return done.status == 0 and are_back(done.stdout, since)

    def facts(self) -> ClusterFacts:
        what, kinds = "look at what is there", "namespaces,configmaps,statefulsets,daemonsets"
        done = self._kubectl(what, "get", kinds, "-A", f"--selector={OWNER_LABEL}", "--output=json")
        return facts_of(done.stdout)

    def apply(self, manifests: str, owner: str = _OWNER) -> None:
        words = ("apply", "--server-side", "--force-conflicts", f"--field-manager={owner}", "--filename=-")
        self._kubectl("apply manifests", *words, stdin=manifests)

    def annotate(self, kind: str, name: str, namespace: str, annotations: Mapping[str, str]) -> None:
        pairs = [f"{key}={value}" for key, value in sorted(annotations.items())]
        where = [f"--namespace={namespace}"] if namespace else []
        self._kubectl(f"annotate {kind} {name}", "annotate", "--overwrite", kind, name, *pairs, *where)

    def secret(self, namespace: str, name: str, key: str) -> str:
        words = ("get", "secret", name, f"--namespace={namespace}", "--ignore-not-found", "--output=json")
        done = self._kubectl(f"read secret {name}", *words, raw=True)
        encoded = json.loads(done.stdout)["data"].get(key, "") if done.stdout.strip() else ""
        value = base64.b64decode(encoded).decode()
        self.processes.redact([encoded, value])
        return value

    def put_secret(self, namespace: str, name: str, values: Mapping[str, str], kind: str = "Opaque") -> None:
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
        self.processes.redact([*values.values(), *encoded.values()])
        key, _, owner = OWNER_LABEL.partition("=")
        metadata = {"name": name, "namespace": namespace, "labels": {key: owner}}
        secret = {"apiVersion": "v1", "kind": "Secret", "type": kind, "metadata": metadata, "data": encoded}
        self.apply(json.dumps(secret))

    def images(self) -> frozenset[str]:
        kinds = "pods,deployments,replicasets,statefulsets,daemonsets,jobs,cronjobs"
        done = self._kubectl("look at what runs", "get", kinds, "-A", "--output=json")
        return images_of(done.stdout)

    def install(self, release: str, namespace: str, chart: Path, values: Mapping[str, object]) -> None:
        """A release that a killed run left pending is taken away first; its volumes stay."""
        where = (release, f"--namespace={namespace}")
        state = self._helm(f"look at release {release}", "status", *where, "--output=json", check=False)
        if state.status == 0 and json.loads(state.stdout)["info"]["status"].startswith("pending-"):
            self._helm(f"remove half-made release {release}", "uninstall", *where, "--wait")
        words = ("upgrade", "--install", *where, str(chart), "--values=-", "--history-max=3", "--wait")
        limit = f"--timeout={self.patience}s"
        try:
            self._helm(f"install {release}", *words, limit, stdin=json.dumps(values))
        except ToolError as error:
            details = (*error.details, *self._complaints(release, namespace))
            fix = "run `./inv platform.doctor`, then `./inv platform.up` again"
            raise FlowError(
                error.what, error.why, fix, code=ExitCode.TOOL_FAILED, details=details, log=error.log
            ) from None

    def _complaints(self, release: str, namespace: str) -> list[str]:
        """What the pods of a release are waiting for, the last that happened to them, the last they said."""
        where = (f"--namespace={namespace}", f"--selector=app.kubernetes.io/instance={release}")
        states = f"--output=jsonpath={_POD_STATES}"
        pods = self._kubectl("look at its pods", "get", "pods", *where, states, check=False)
        events = self._kubectl("look at its events", "get", "events", where[0], "--output=json", check=False)
        told = event_lines(events.stdout, release)[-5:] if events.status == 0 else []
        logs = self._kubectl("read their logs", "logs", *where, "--tail=5", check=False)
        told = [f"event: {event}" for event in told]
        return [*pods.stdout.splitlines(), *told, *logs.stdout.splitlines()]

    def token(self, namespace: str, account: str, hours: int) -> str:
        words = ("create", "token", account, f"--namespace={namespace}", f"--duration={hours}h")
        token = self._kubectl(f"make a token for {account} in {namespace}", *words, raw=True).stdout.strip()
        self.processes.redact([token])
        return token

    def endpoint(self) -> Endpoint:
        """Read from the kubeconfig file.

        :raises FlowError: UNAVAILABLE when the file is missing or does not have the context.
        """
        return endpoint_of(self.kubeconfig, self.context, self.cluster)

    def exists(self, kind: str, name: str) -> bool:
        words = ("get", kind, name, "--ignore-not-found", "--output=name")
        return bool(self._kubectl(f"look for {kind} {name}", *words).stdout.strip())

    def may(self, account: str, verb: str, resource: str, namespace: str) -> bool:
        who = f"--as=system:serviceaccount:{account}"
        words = ("auth", "can-i", verb, resource, f"--namespace={namespace}", who)
        return self._kubectl(f"ask what {account} may do", *words, check=False).stdout.strip() == "yes"

    def refusal(self, namespace: str, manifest: Mapping[str, object]) -> str:
        words = ("create", f"--namespace={namespace}", "--dry-run=server", "--filename=-")
        done = self._kubectl("try to create an object", *words, stdin=json.dumps(manifest), check=False)
        return "" if done.status == 0 else done.stderr.strip()

    def run_pod(self, namespace: str, manifest: Mapping[str, object], seconds: float) -> PodRun:
        where = f"--namespace={namespace}"
        what = "run a pod"
        try:
            made = self._kubectl(
                what, "create", where, "--filename=-", "--output=name", stdin=json.dumps(manifest)
            )
        except ToolError as error:
            return PodRun("Refused", "", "; ".join(error.details[-1:]))
        pod = made.stdout.strip()
        try:
            run = self._await(pod, where, time.monotonic() + seconds)
            log = self._kubectl("read a pod's log", "logs", pod, where, check=False).stdout
            return PodRun(run.phase, log, run.message)
        finally:
            self._kubectl(
                "remove a pod", "delete", pod, where, "--wait=false", "--grace-period=1", check=False
            )

    def _await(self, pod: str, where: str, deadline: float) -> PodRun:
        while True:
            run = pod_run_of(self._kubectl("watch a pod", "get", pod, where, "--output=json").stdout)
            if run.phase in ("Succeeded", "Failed") or time.monotonic() > deadline:
                return run
            time.sleep(0.3)
