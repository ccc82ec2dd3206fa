"""What `platform.doctor` tries inside a cluster: pulls, names, connections, rights, admission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from build_tasks.model.data_stores import REDIS
from build_tasks.model.images import Digest, Ref
from build_tasks.model.local_platform import CheckResult, EnvironmentNeed, PodRun, Verdict
from build_tasks.ports.platform import ClusterAdmin
from build_tasks.steps.platform.datastores import candidate_ref, stores_of
from build_tasks.steps.platform.parts import PlatformParts
from build_tasks.steps.platform.policy_trial import check_policies
from build_tasks.steps.platform.recipe_texts import DATA

_UP = "run `./inv platform.up`"
_API_PORT = 6443
_PATIENCE = 60.0
#: Of an image that need not exist: what is tried with it is refused before anything is pulled.
_NO_IMAGE = Digest("sha256:" + "0" * 64)
#: Prints one line a trial: its name and `open` or `closed`.
_SCRIPT = """
say() { if [ "$2" = 0 ]; then echo "$1 open"; else echo "$1 closed"; fi; }
try() { timeout 3 bash -c "exec 3<>/dev/tcp/$2/$3" 2>/dev/null; say "$1" $?; }
getent hosts kubernetes.default.svc.cluster.local >/dev/null; say dns $?
"""


def check_connections(parts: PlatformParts, cluster: str) -> Iterator[CheckResult]:
    """Run a pod in the cluster's `default` namespace, which has no rules of its own, and let it connect."""
    ref = candidate_ref(parts, REDIS)
    digest = parts.registry.digest(ref)
    if digest is None:
        yield CheckResult(f"{cluster}: image pull", Verdict.FAILED, f"{ref} is not in the registry", _UP)
        return
    run = parts.admin(cluster).run_pod("default", _pod(ref.at(digest), _script(parts, cluster)), _PATIENCE)
    yield _pull(parts, cluster, run)
    tried = dict(line.split() for line in run.log.splitlines() if line.count(" ") == 1)
    if run.succeeded:
        yield _expect(f"{cluster}: DNS in a pod", tried["dns"] == "open", "kubernetes.default resolves")
        yield from _isolation(parts, cluster, tried)
        yield check_policies(parts, cluster, tried)


def check_accounts(parts: PlatformParts, cluster: str) -> Iterator[CheckResult]:
    """Each deployer account may do its work, and none of what it must not."""
    admin = parts.admin(cluster)
    for need in parts.environments_on(cluster):
        questions = _questions(need, parts.environments_on(cluster))
        account = f"{need.namespace}:deployer"
        answers = parts.side_by_side(partial(_ask, admin, account), questions)
        wrong = [
            f"may {'not ' if question.wanted else ''}{question}"
            for question, answer in zip(questions, answers, strict=True)
            if answer != question.wanted
        ]
        fine = f"deploys to {need.namespace} and nowhere else, reads no Secrets"
        yield _expect(f"{cluster}: account of {need.name}", not wrong, fine, "; ".join(wrong))


@dataclass(frozen=True)
class _Question:
    verb: str
    resource: str
    namespace: str
    wanted: bool

    def __str__(self) -> str:
        return f"{self.verb} {self.resource} in {self.namespace}"


def _questions(need: EnvironmentNeed, neighbours: Sequence[EnvironmentNeed]) -> tuple[_Question, ...]:
    own = need.namespace
    work = (
        ("create", "deployments.apps"),
        ("patch", "configmaps"),
        ("get", "pods/log"),
        ("create", "pods/proxy"),
    )
    elsewhere = (DATA, *(other.namespace for other in neighbours if other != need))
    return (
        *(_Question(verb, resource, own, True) for verb, resource in work),
        *(_Question("create", "pods", namespace, False) for namespace in elsewhere),
        *(_Question("get", "secrets", namespace, False) for namespace in (own, DATA)),
    )


def _ask(admin: ClusterAdmin, account: str, question: _Question) -> bool:
    return admin.may(account, question.verb, question.resource, question.namespace)


def check_admission(parts: PlatformParts, cluster: str) -> Iterator[CheckResult]:
    """Pods that must be refused are refused (asked with a dry run)."""
    admin = parts.admin(cluster)
    host = parts.instance.registry_host
    for need in parts.environments_on(cluster):
        prefix = "prod/" if need.production else ""
        rooted = _pod(Ref(host, f"{prefix}trial").at(_NO_IMAGE), "true", user=0)
        refused = "violates PodSecurity" in admin.refusal(need.namespace, rooted)
        yield _expect(
            f"{cluster}: root pods in {need.namespace}", refused, "refused", "a root pod is admitted"
        )
        if need.production:
            by_tag = _pod(Ref(host, "prod/trial", "v1.0.0"), "true")
            outside = _pod(Ref(host, "trial").at(_NO_IMAGE), "true")
            refused = all("run here" in admin.refusal(need.namespace, pod) for pod in (by_tag, outside))
            fine = "only prod/ by digest is admitted"
            yield _expect(f"{cluster}: images in {need.namespace}", refused, fine, "others are admitted")


def _script(parts: PlatformParts, cluster: str) -> str:
    nodes = {name: parts.instance.node_container(name) for name in parts.cluster_names}
    found = parts.objects.containers(tuple(nodes.values()))
    lines = [
        f"try api-{name} {found[node].networks.get(parts.instance.network_name(name), '')} {_API_PORT}"
        for name, node in nodes.items()
        if node in found and found[node].running
    ]
    stores = [pair for need in parts.environments_on(cluster) for pair in stores_of(need)]
    lines += [f"try {name} {name}.{DATA}.svc.cluster.local {store.port}" for name, store in stores]
    return _SCRIPT + "\n".join(lines)


def _pull(parts: PlatformParts, cluster: str, run: PodRun) -> CheckResult:
    fine = f"a node pulls as {parts.instance.registry_host}/..."
    return _expect(f"{cluster}: image pull", run.succeeded, fine, run.message or f"the pod ended {run.phase}")


def _isolation(parts: PlatformParts, cluster: str, tried: Mapping[str, str]) -> Iterator[CheckResult]:
    """A closed door proves something only if the same knock opens the pod's own cluster."""
    if tried.get(f"api-{cluster}") != "open":
        found = "a pod cannot even reach its own cluster's node, so nothing was proven"
        yield CheckResult(f"{cluster}: isolation", Verdict.FAILED, found, _UP)
        return
    for other in parts.cluster_names:
        if other != cluster and f"api-{other}" in tried:
            closed = tried[f"api-{other}"] == "closed"
            title = f"{cluster}: connection into {other}"
            yield _expect(
                title, closed, "impossible (tried)", f"a pod reaches a node of {other}", "separate networks"
            )


def _expect(
    title: str, fine: bool, found: str, otherwise: str = "it does not", fix: str = _UP
) -> CheckResult:
    return (
        CheckResult(title, Verdict.OK, found) if fine else CheckResult(title, Verdict.FAILED, otherwise, fix)
    )


def _pod(image: Ref, script: str, user: int = 65532) -> dict[str, object]:
    container = {
        "name": "trial",
        "image": str(image),
        "imagePullPolicy": "Always",
        "command": ["bash", "-c", script],
        "securityContext": {
            "runAsNonRoot": user != 0,
            "runAsUser": user,
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    spec = {"restartPolicy": "Never", "automountServiceAccountToken": False, "containers": [container]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "doctor-"}, "spec": spec}
