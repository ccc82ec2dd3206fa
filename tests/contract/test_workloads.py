"""kubectl and its fake show the same things; and real trouble is seen for what it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pytest
import yaml

from build_tasks.adapters.helm import HelmReleases
from build_tasks.adapters.kubectl import KubectlWorkloads
from build_tasks.adapters.process import Processes
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.releases import PodState, Rollout
from build_tasks.ports.runtime import Releases, Workloads
from tests.contract.fixtures_cluster import app_chart as app_chart
from tests.contract.fixtures_cluster import app_image as app_image
from tests.contract.fixtures_cluster import dev as dev
from tests.contract.fixtures_cluster import real_releases as real_releases
from tests.contract.fixtures_cluster import real_workloads as real_workloads
from tests.contract.fixtures_cluster import release as release
from tests.contract.fixtures_runtime import helm as helm
from tests.contract.fixtures_runtime import logged as logged
from tests.fakes.runtime import FakeNamespace, FakeWorkloads

_Seen = TypeVar("_Seen")
_DEADLINE = 120.0

#: Says what it is asked, and is ready once it listens.
_SERVER = """python3 -uc '
import http.server, pathlib
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        print("asked", self.path)
        self.send_response(200 if self.path == "/drain" else 500)
        self.end_headers()
    def log_message(self, *args): pass
server = http.server.HTTPServer(("", 8080), Handler)
pathlib.Path("/tmp/up").touch()
server.serve_forever()'"""


def _until(look: Callable[[], _Seen], enough: Callable[[_Seen], object]) -> _Seen:
    """What ``look`` gives as soon as it is enough; fails at the deadline."""
    deadline = time.monotonic() + _DEADLINE
    while not enough(seen := look()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.2)
    return seen


@dataclass
class Yard:
    """Workloads under test, a release, and what makes the one appear through the other."""

    workloads: Workloads
    releases: Releases
    release: str
    chart: Path
    image: str

    @property
    def selector(self) -> str:
        return f"app.kubernetes.io/instance={self.release}"

    def deploy(self, text: str, *, replicas: int = 1, **run: str) -> None:
        described = {"image": self.image, "script": "sleep 600", **run}
        values = {"text": text, "replicas": replicas, "image": self.image, "run": described}
        self.releases.upgrade(self.release, self.chart, values, description=text, labels={})

    def rollout(self) -> Rollout:
        [found] = self.workloads.rollouts(self.selector)
        return found

    def ready(self) -> Rollout:
        return _until(self.rollout, lambda rollout: rollout.complete)

    def pods(self) -> list[PodState]:
        return list(self.workloads.pods(self.selector))

    def pod(self, *reasons: str) -> PodState:
        """The pod as soon as it gives all these reasons."""
        wanted = set(reasons)
        seen = _until(self.pods, lambda pods: any(wanted <= set(pod.reasons) for pod in pods))
        return next(pod for pod in seen if wanted <= set(pod.reasons))


@pytest.fixture(params=["kubectl", "fake"])
def yard(request: pytest.FixtureRequest, release: str, app_chart: Path) -> Yard:
    if request.param == "fake":
        namespace = FakeNamespace()
        return Yard(namespace.workloads, namespace.releases, release, app_chart, "registry/app:1")
    real: Yard = request.getfixturevalue("real")
    return real


@pytest.fixture
def real(
    real_workloads: KubectlWorkloads,
    real_releases: HelmReleases,
    release: str,
    app_chart: Path,
    app_image: str,
) -> Yard:
    return Yard(real_workloads, real_releases, release, app_chart, app_image)


def test_nothing_is_there(yard: Yard) -> None:
    workloads, name = yard.workloads, yard.release
    assert [*workloads.rollouts(yard.selector), *workloads.pods(yard.selector), *workloads.events(name)] == []
    assert workloads.service_selector(name) == {}
    assert list(workloads.last_log(name, 10)) == []
    calls: list[Callable[[], object]] = [
        lambda: workloads.set_replicas(name, 1),
        lambda: workloads.post(name, 8080, "/drain"),
        lambda: workloads.rollout_history(name),
    ]
    for call in calls:
        with pytest.raises(FlowError, match="not found") as raised:
            call()
        assert raised.value.code is ExitCode.TOOL_FAILED


def test_a_rollout_that_comes_up(yard: Yard) -> None:
    yard.deploy("first")
    rollout = yard.ready()
    assert (rollout.name, rollout.desired, rollout.image) == (yard.release, 1, yard.image)
    assert (rollout.change_cause, rollout.trouble) == ("first", "")
    assert rollout.labels["app.kubernetes.io/instance"] == yard.release
    [pod] = yard.pods()
    assert (pod.phase, pod.ready, pod.restarts, pod.reasons) == ("Running", True, 0, ())
    assert (pod.image, pod.labels.get("pod-template-hash", "")) == (yard.image, rollout.template)


def test_a_change_is_in_the_rollout_history(yard: Yard) -> None:
    yard.deploy("first", replicas=0)
    yard.deploy("second", replicas=0, script="sleep 700")
    history = _until(lambda: yard.workloads.rollout_history(yard.release), lambda text: "second" in text)
    assert "first" in history and "REVISION  CHANGE-CAUSE" in history


def test_scaling(yard: Yard) -> None:
    yard.deploy("first", replicas=0)
    assert yard.ready().desired == 0
    yard.workloads.set_replicas(yard.release, 2)
    assert yard.rollout().desired == 2
    yard.ready()
    assert sum(pod.ready for pod in yard.pods()) == 2


def test_a_server_is_told_and_logs_it(
    real: Yard, real_workloads: KubectlWorkloads, capfd: pytest.CaptureFixture[str]
) -> None:
    real.deploy("server", script=_SERVER, ready="test -f /tmp/up")
    real.ready()
    [pod] = real.pods()
    real_workloads.post(pod.name, 8080, "/drain")
    with pytest.raises(FlowError):
        real_workloads.post(pod.name, 8080, "/other")
    assert real_workloads.service_selector(real.release) == {"app.kubernetes.io/instance": real.release}
    assert list(real_workloads.last_log(pod.name, 2)) == ["asked /drain", "asked /other"]
    assert list(real_workloads.last_log(pod.name, 1)) == ["asked /other"]
    real_workloads.logs(real.selector, follow=False, tail=5)
    assert "asked /drain" in capfd.readouterr().out


def test_a_container_that_crashes(real: Yard, real_workloads: KubectlWorkloads) -> None:
    real.deploy("crash", script="echo going down; exit 3")
    pod = real.pod("CrashLoopBackOff", "Error")
    assert not pod.ready and pod.restarts >= 1
    assert "back-off" in pod.message
    assert list(real_workloads.last_log(pod.name, 5)) == ["going down"]
    events = _until(
        lambda: real_workloads.events(real.release), lambda lines: any("BackOff" in e for e in lines)
    )
    assert any(line.split()[1:3] == ["BackOff", f"pod/{pod.name}:"] for line in events)
    assert not real.rollout().complete


def test_an_image_that_does_not_exist(real: Yard, real_workloads: KubectlWorkloads) -> None:
    registry = real.image.partition("/")[0]
    real.deploy("no image", image=f"{registry}/contract/no-such-image:v1")
    pod = real.pod("ImagePullBackOff")
    assert "no-such-image" in pod.message
    assert list(real_workloads.last_log(pod.name, 5)) == []


def test_a_pod_that_fits_nowhere(real: Yard) -> None:
    real.deploy("nowhere", node="none")
    pod = real.pod("Unschedulable")
    assert (pod.phase, pod.ready) == ("Pending", False)
    assert "node" in pod.message


def test_a_pod_that_is_not_admitted(real: Yard) -> None:
    real.deploy("too big", memory="900Gi")
    rollout = _until(real.rollout, lambda rollout: rollout.trouble)
    assert "memory" in rollout.trouble
    assert real.pods() == []


def test_old_pods_do_not_speak_for_the_new_template(real: Yard) -> None:
    real.deploy("good")
    old = real.ready().template
    real.deploy("bad", script="exit 1")
    rollout = _until(real.rollout, lambda rollout: rollout.observed and rollout.template != old)
    assert not rollout.complete and rollout.available == 0
    new = [pod for pod in real.pods() if pod.labels["pod-template-hash"] == rollout.template]
    assert not any(pod.ready for pod in new)
    assert [pod.ready for pod in real.pods() if pod.labels["pod-template-hash"] == old] == [True]


def test_the_right_cluster_answers(real_workloads: KubectlWorkloads) -> None:
    real_workloads.check_cluster()
    FakeWorkloads().check_cluster()


@pytest.fixture
def elsewhere(
    dev: Environment, tmp_path: Path, logged: Processes, tool: Callable[[str], Path]
) -> Callable[..., KubectlWorkloads]:
    """Workloads with a changed copy of dev's kubeconfig."""

    def make(change: Callable[[dict[str, object]], object], **account: str) -> KubectlWorkloads:
        config = yaml.safe_load(Path(dev.kubeconfig).read_text())
        change(config)
        file = tmp_path / "changed.kubeconfig"
        file.write_text(yaml.safe_dump(config))
        return KubectlWorkloads(logged, tool("kubectl"), replace(dev, kubeconfig=str(file), **account))

    return make


def _refusal(workloads: KubectlWorkloads) -> FlowError:
    with pytest.raises(FlowError) as raised:
        workloads.check_cluster()
    return raised.value


def test_another_current_context_is_refused(
    elsewhere: Callable[..., KubectlWorkloads], dev: Environment
) -> None:
    def add(config: dict[str, list[dict[str, object]]]) -> None:
        config["clusters"].append({"name": "far", "cluster": {"server": "https://far.example:6443"}})
        config["contexts"].append({"name": "far", "context": {"cluster": "far", "user": "me"}})
        config.update({"current-context": "far"})  # type: ignore[dict-item]

    error = _refusal(elsewhere(add))
    assert error.code is ExitCode.WRONG_CLUSTER
    assert "far (https://far.example:6443)" in error.why and f"{dev.context} (https://" in error.why


def test_a_context_that_is_not_in_the_file_is_refused(
    elsewhere: Callable[..., KubectlWorkloads], dev: Environment
) -> None:
    error = _refusal(elsewhere(lambda config: None, context="nowhere"))
    assert error.code is ExitCode.WRONG_CLUSTER
    assert dev.context in error.why and "nowhere, which is not in the file" in error.why


def test_a_file_that_is_not_there_is_refused(
    dev: Environment, tmp_path: Path, logged: Processes, tool: Callable[[str], Path]
) -> None:
    gone = replace(dev, kubeconfig=str(tmp_path / "gone"))
    error = _refusal(KubectlWorkloads(logged, tool("kubectl"), gone))
    assert error.code is ExitCode.WRONG_CLUSTER
    assert "gone points to no context" in error.why


def _first(config: dict[str, list[dict[str, dict[str, object]]]], part: str) -> dict[str, object]:
    return config[f"{part}s"][0][part]


def test_a_server_that_is_down_is_unavailable(elsewhere: Callable[..., KubectlWorkloads]) -> None:
    error = _refusal(elsewhere(lambda config: _first(config, "cluster").update(server="https://127.0.0.1:9")))
    assert error.code is ExitCode.UNAVAILABLE
    assert "127.0.0.1:9" in error.why


def test_a_server_that_is_silent_is_unavailable_within_seconds(
    elsewhere: Callable[..., KubectlWorkloads],
) -> None:
    # 192.0.2.0/24 is for documentation (RFC 5737): nothing answers there.
    started = time.monotonic()
    error = _refusal(
        elsewhere(lambda config: _first(config, "cluster").update(server="https://192.0.2.1:6443"))
    )
    assert error.code is ExitCode.UNAVAILABLE
    assert time.monotonic() - started < 15


def test_another_clusters_certificate_is_refused(
    elsewhere: Callable[..., KubectlWorkloads], dev: Environment
) -> None:
    other = Path(dev.kubeconfig).with_name("prod.kubeconfig")
    authority = yaml.safe_load(other.read_text())["clusters"][0]["cluster"]["certificate-authority-data"]
    change = {"certificate-authority-data": authority}
    error = _refusal(elsewhere(lambda config: _first(config, "cluster").update(change)))
    assert error.code is ExitCode.WRONG_CLUSTER
    assert "another cluster" in error.why


def test_an_account_that_expired_is_unavailable(elsewhere: Callable[..., KubectlWorkloads]) -> None:
    error = _refusal(elsewhere(lambda config: _first(config, "user").update(token="expired")))
    assert error.code is ExitCode.UNAVAILABLE
    assert "logged in" in error.why
