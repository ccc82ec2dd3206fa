"""Kubernetes objects of one namespace in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.releases import PodState, Revision, Rollout

#: The label by which the charts' objects name their release.
RELEASE = "app.kubernetes.io/instance"
NAME = "app.kubernetes.io/name"


@dataclass
class FakeWorkloads:
    """Deployments and pods.

    :param cluster_error: raised by ``check_cluster``; None: the right cluster answers.
    :param troubles: pods that a release gets in place of a ready one, by release.
    :param warnings: events, by the name of the object they are about.
    :param pod_logs: log lines by pod.
    :param posts: what was posted: pod, port, path.
    :param forwards: what was forwarded: Service, port on this machine.
    """

    cluster_error: FlowError | None = None
    troubles: dict[str, Sequence[PodState]] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    pod_logs: dict[str, list[str]] = field(default_factory=dict)
    deployments: dict[str, Rollout] = field(default_factory=dict)
    pods_by_name: dict[str, PodState] = field(default_factory=dict)
    posts: list[tuple[str, int, str]] = field(default_factory=list)
    forwards: list[tuple[str, int]] = field(default_factory=list)

    def check_cluster(self) -> None:
        if self.cluster_error:
            raise self.cluster_error

    def refusals(self, manifests: str) -> Sequence[str]:
        unknown = [line.strip() for line in manifests.splitlines() if line.strip().startswith("replica:")]
        return [f"(BadRequest): unknown field {line.partition(':')[0]!r}" for line in unknown]

    def rollouts(self, selector: str) -> Sequence[Rollout]:
        return [found for found in self.deployments.values() if _matches(selector, found.labels)]

    def pods(self, selector: str) -> Sequence[PodState]:
        return [found for found in self.pods_by_name.values() if _matches(selector, found.labels)]

    def rollouts_with_pods(self, selector: str) -> tuple[Sequence[Rollout], Sequence[PodState]]:
        return self.rollouts(selector), self.pods(selector)

    def events(self, name_prefix: str) -> Sequence[str]:
        return [
            line for name, lines in self.warnings.items() if name.startswith(name_prefix) for line in lines
        ]

    def last_log(self, pod: str, lines: int) -> Sequence[str]:
        return self.pod_logs.get(pod, [])[-lines:]

    def logs(self, selector: str, *, follow: bool, tail: int, on_line: Callable[[str], None]) -> None:
        for pod in self.pods(selector):
            for line in self.last_log(pod.name, tail):
                on_line(line)

    @contextmanager
    def forward(self, service: str, port: int) -> Iterator[None]:
        self.forwards.append((service, port))
        yield

    def post(self, pod: str, port: int, path: str) -> None:
        if pod not in self.pods_by_name:
            raise FlowError(f"POST {path} to {pod}", f'pods "{pod}" not found', code=ExitCode.TOOL_FAILED)
        self.posts.append((pod, port, path))

    def set_replicas(self, deployment: str, replicas: int) -> None:
        found = self.deployments.get(deployment)
        if found is None:
            raise _missing(f"scale {deployment} to {replicas}", deployment)
        self._put(replace(found, desired=replicas))

    def change(self, release: str, revision: Revision | None) -> None:
        """What the controllers do when Helm changed a release: one Deployment, its pods; or none."""
        for name in [n for n, pod in self.pods_by_name.items() if pod.labels.get(RELEASE) == release]:
            del self.pods_by_name[name]
        if revision is None:
            self.deployments.pop(release, None)
            return
        replicas = revision.values.get("replicas", 1)
        assert isinstance(replicas, int)
        image = str(revision.values.get("image", "image:none"))
        labels = {RELEASE: release, NAME: revision.chart.removesuffix(f"-{revision.app_version}")}
        # A worker's chart gives it no pods until it is live.
        desired = replicas if revision.values.get("live", True) else 0
        cause = revision.description
        self._put(Rollout(release, desired, 0, 0, True, labels, cause, image, when_live=replicas))

    def _put(self, wanted: Rollout) -> None:
        trouble = [
            replace(pod, labels={RELEASE: wanted.name, **pod.labels})
            for pod in self.troubles.get(wanted.name, ())
        ]
        pods = trouble or [_ready_pod(wanted, number) for number in range(wanted.desired)]
        mine = {RELEASE: wanted.name}.items()
        for name in [n for n, pod in self.pods_by_name.items() if mine <= pod.labels.items()]:
            del self.pods_by_name[name]
        self.pods_by_name |= {pod.name: pod for pod in pods}
        ready = sum(pod.ready for pod in pods)
        self.deployments[wanted.name] = replace(wanted, updated=len(pods), available=ready)


def _ready_pod(wanted: Rollout, number: int) -> PodState:
    name = f"{wanted.name}-{number}"
    return PodState(name, "Running", True, 0, (), "", wanted.image, {RELEASE: wanted.name})


def _matches(selector: str, labels: Mapping[str, str]) -> bool:
    wanted = dict(part.split("=", 1) for part in selector.split(",") if part)
    return wanted.items() <= labels.items()


def _missing(what: str, deployment: str) -> FlowError:
    why = f'deployments.apps "{deployment}" not found'
    return FlowError(what, why, code=ExitCode.TOOL_FAILED)
