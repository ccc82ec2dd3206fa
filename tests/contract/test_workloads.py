"""kubectl and its fake show the same things; and real trouble is seen for what it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from build_tasks.adapters.helm.releases import HelmReleases
from build_tasks.adapters.kubernetes.workloads import KubectlWorkloads
from build_tasks.errors import ExitCode, FlowError
from tests.contract.fixtures_cluster import app_chart as app_chart
from tests.contract.fixtures_cluster import app_image as app_image
from tests.contract.fixtures_cluster import dev as dev
from tests.contract.fixtures_cluster import real_releases as real_releases
from tests.contract.fixtures_cluster import real_workloads as real_workloads
from tests.contract.fixtures_cluster import release as release
from tests.contract.fixtures_runtime import base_image as base_image
from tests.contract.fixtures_runtime import helm as helm
from tests.contract.fixtures_runtime import logged as logged
from tests.contract.fixtures_runtime import platform_registry as platform_registry
from tests.contract.yard import Yard, until
from tests.fakes.runtime import FakeNamespace

#: Says what it is asked, and is ready once it listens.
_SERVER = r"""perl -MIO::Socket::INET -e '
$| = 1;
my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 5) or die;
open my $up, ">", "/tmp/up";
while (my $client = $server->accept) {
    my ($path) = <$client> =~ m{^POST (\S+)} or next;
    1 while <$client> =~ /\S/;
    print "asked $path\n";
    my $status = $path eq "/drain" ? "200 OK" : "500 No";
    print $client "HTTP/1.1 $status\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}'"""


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
    assert list(workloads.last_log(name, 10)) == []
    calls: list[Callable[[], object]] = [
        lambda: workloads.set_replicas(name, 1),
        lambda: workloads.post(name, 8080, "/drain"),
    ]
    for call in calls:
        with pytest.raises(FlowError, match="not found") as raised:
            call()
        assert raised.value.code is ExitCode.TOOL_FAILED


def test_what_the_api_server_would_refuse(yard: Yard) -> None:
    """Misspelt, a field would be dropped in silence without the strict dry run."""
    good = _deployment(yard.release, "replicas")
    assert yard.workloads.refusals(good) == []
    [refusal] = yard.workloads.refusals(_deployment(yard.release, "replica"))
    assert "replica" in refusal
    assert yard.workloads.rollouts(yard.selector) == [], "it only asked"


@pytest.mark.parametrize("version", ["v1", "nobody.example/v1"])
def test_a_kind_that_nobody_knows(real: Yard, version: str) -> None:
    manifest = f"apiVersion: {version}\nkind: Serviice\nmetadata: {{name: {real.release}}}\n"
    [refusal] = real.workloads.refusals(manifest)
    assert "Serviice" in refusal


def test_pods_that_pod_security_would_refuse(real: Yard) -> None:
    [refusal] = real.workloads.refusals(_deployment(real.release, "replicas", root="true"))
    assert "PodSecurity" in refusal


def _deployment(name: str, replicas: str, *, root: str = "false") -> str:
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  {replicas}: 1
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      securityContext: {{runAsNonRoot: true, seccompProfile: {{type: RuntimeDefault}}}}
      containers:
        - name: c
          image: localhost/c:1
          securityContext: {{allowPrivilegeEscalation: {root}, capabilities: {{drop: [ALL]}}}}
"""


def test_a_rollout_that_comes_up(yard: Yard) -> None:
    yard.deploy("first")
    rollout = yard.ready()
    assert (rollout.name, rollout.desired, rollout.image) == (yard.release, 1, yard.image)
    assert (rollout.change_cause, rollout.trouble) == ("first", "")
    assert rollout.labels["app.kubernetes.io/instance"] == yard.release
    [pod] = yard.pods()
    assert (pod.phase, pod.ready, pod.restarts, pod.reasons) == ("Running", True, 0, ())
    assert (pod.image, pod.labels.get("pod-template-hash", "")) == (yard.image, rollout.template)


def test_scaling(yard: Yard) -> None:
    yard.deploy("first", replicas=0)
    assert yard.ready().desired == 0
    yard.workloads.set_replicas(yard.release, 2)
    assert yard.rollout().desired == 2
    yard.ready()
    assert sum(pod.ready for pod in yard.pods()) == 2


def test_a_server_is_told_and_logs_it(real: Yard, real_workloads: KubectlWorkloads) -> None:
    real.deploy("server", script=_SERVER, ready="test -f /tmp/up")
    real.ready()
    [pod] = real.pods()
    real_workloads.post(pod.name, 8080, "/drain")
    with pytest.raises(FlowError):
        real_workloads.post(pod.name, 8080, "/other")
    assert list(real_workloads.last_log(pod.name, 2)) == ["asked /drain", "asked /other"]
    assert list(real_workloads.last_log(pod.name, 1)) == ["asked /other"]
    lines: list[str] = []
    real_workloads.logs(real.selector, follow=False, tail=5, on_line=lines.append)
    assert any(line.endswith("asked /drain") for line in lines), lines


def test_a_container_that_crashes(real: Yard, real_workloads: KubectlWorkloads) -> None:
    # Without a probe, Kubernetes counts it as available between two crashes.
    real.deploy("crash", script="echo going down; exit 3", ready="test -f /tmp/up")
    pod = real.pod("CrashLoopBackOff", "Error")
    assert not pod.ready and pod.restarts >= 1
    assert "back-off" in pod.message
    assert list(real_workloads.last_log(pod.name, 5)) == ["going down"]
    events = until(
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
    rollout = until(real.rollout, lambda rollout: rollout.trouble)
    assert "memory" in rollout.trouble
    assert real.pods() == []


def test_old_pods_do_not_speak_for_the_new_template(real: Yard) -> None:
    real.deploy("good")
    old = real.ready().template
    real.deploy("bad", script="exit 1", ready="test -f /tmp/up")
    rollout = until(real.rollout, lambda rollout: rollout.observed and rollout.template != old)
    assert not rollout.complete and rollout.available == 0
    new = [pod for pod in real.pods() if pod.labels["pod-template-hash"] == rollout.template]
    assert not any(pod.ready for pod in new)
    assert [pod.ready for pod in real.pods() if pod.labels["pod-template-hash"] == old] == [True]
