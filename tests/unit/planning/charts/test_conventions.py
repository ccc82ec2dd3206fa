"""The conventions, one by one, kept and broken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import pytest

from build_tasks.model.releases import REPLICAS_WHEN_LIVE
from build_tasks.planning.charts.conventions import CHANGE_CAUSE, LABELS, chart_violations
from build_tasks.planning.charts.conventions import violations as all_violations
from build_tasks.planning.charts.documents import HOOK, Document
from tests.unit.planning.manifests import CONTAINER, IMAGE, POD, RELEASE, deployment, labels, smoke_test

Change = Callable[[dict[str, Any]], object]


def violations(manifests: Sequence[object], release: str, *, worker: bool = False) -> list[str]:
    """What is wrong with these, beside a smoke test that is as it should be."""
    made = [Document(manifest) for manifest in (*manifests, smoke_test())]
    return [str(violation) for violation in all_violations(made, release, worker=worker)]


def other(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": f"{RELEASE}-{kind.lower()}", "labels": labels()}, "spec": spec}


def job() -> dict[str, Any]:
    return other("Job", {"template": {"metadata": {"labels": labels()}, "spec": deepcopy(POD)}})


def cron_job() -> dict[str, Any]:
    return other("CronJob", {"jobTemplate": {"spec": job()["spec"]}})


def pod() -> dict[str, Any]:
    return other("Pod", deepcopy(POD))


def container(manifest: dict[str, Any]) -> dict[str, Any]:
    """The one container of a manifest, wherever its kind has it."""
    spec: dict[str, Any] = manifest["spec"]
    for part in ("jobTemplate", "spec", "template", "spec"):
        spec = spec.get(part, spec)
    found: dict[str, Any] = spec["containers"][0]
    return found


def test_everything_in_order() -> None:
    service = other("Service", {"ports": [{"port": 80}]})
    assert violations([deployment(), job(), cron_job(), pod(), service], RELEASE) == []


@pytest.mark.parametrize("label", LABELS)
def test_every_object_bears_every_label(label: str) -> None:
    broken = other("Service", {})
    del broken["metadata"]["labels"][label]
    assert violations([broken], RELEASE) == [f"Service/{RELEASE}-service: label {label} is missing"]


@pytest.mark.parametrize("label", LABELS[:6])
@pytest.mark.parametrize("make", [deployment, job])
def test_pods_bear_the_labels(make: Callable[[], dict[str, Any]], label: str) -> None:
    broken = make()
    broken["spec"]["template"]["metadata"]["labels"][label] = ""
    [found] = violations([broken], RELEASE)
    assert found.startswith(f"{broken['kind']}/") and found.endswith(f": its pods lack the label {label}")


def _rename(manifest: dict[str, Any]) -> None:
    manifest["metadata"]["name"] = "delivery"


def _drop_cause(manifest: dict[str, Any]) -> None:
    manifest["metadata"]["annotations"] = None


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (_rename, f"its name does not start with {RELEASE}: two versions could not run side by side"),
        (_drop_cause, f"annotation {CHANGE_CAUSE} is missing"),
    ],
)
def test_a_deployment_of_its_own_with_a_reason(change: Change, finding: str) -> None:
    broken = deployment()
    change(broken)
    [found] = violations([broken], RELEASE)
    assert found.endswith(f": {finding}")


BREAKS: list[tuple[Change, str]] = [
    (lambda c: c.update(image="r/delivery:latest@sha256:" + "a" * 64), "latest says nothing"),
    (lambda c: c.update(image="r/delivery:v1.0.2"), "is not pinned by digest"),
    (lambda c: c.update(image="localhost:5001/delivery"), "is not pinned by digest"),
    (lambda c: c.update(image="r/delivery:v1.0.2@sha256:abc"), "is not pinned by digest"),
    (lambda c: c.pop("image"), "is not pinned by digest"),
    (lambda c: c["resources"]["limits"].pop("cpu"), "resources.limits.cpu is missing"),
    (lambda c: c["resources"]["limits"].pop("memory"), "resources.limits.memory is missing"),
    (lambda c: c["resources"]["requests"].pop("cpu"), "resources.requests.cpu is missing"),
    (lambda c: c["resources"]["requests"].pop("memory"), "resources.requests.memory is missing"),
    (lambda c: c["securityContext"].update(runAsNonRoot=False), "runAsNonRoot is not true"),
    (lambda c: c["securityContext"].update(runAsUser=0), "it runs as root (runAsUser: 0)"),
    (lambda c: c["securityContext"].update(runAsUser=None), "runAsUser is not a number"),
    (lambda c: c["securityContext"].update(runAsUser="app"), "runAsUser is not a number"),
    (lambda c: c["securityContext"].update(runAsUser=False), "runAsUser is not a number"),
    (lambda c: c["securityContext"].pop("capabilities"), "capabilities.drop does not say ALL"),
    (lambda c: c["securityContext"]["capabilities"].update(drop=["NET_RAW"]), "drop does not say ALL"),
    (lambda c: c["securityContext"].pop("readOnlyRootFilesystem"), "readOnlyRootFilesystem is not true"),
    (
        lambda c: c["securityContext"].update(allowPrivilegeEscalation=True),
        "allowPrivilegeEscalation is not false",
    ),
    (lambda c: c["securityContext"].pop("allowPrivilegeEscalation"), "allowPrivilegeEscalation is not false"),
]


@pytest.mark.parametrize("make", [deployment, job, cron_job, pod])
@pytest.mark.parametrize(("change", "finding"), BREAKS)
def test_containers(make: Callable[[], dict[str, Any]], change: Change, finding: str) -> None:
    broken = make()
    change(container(broken))
    [found] = violations([broken], RELEASE)
    assert f"{broken['kind']}/" in found and "container fabrikam-delivery: " in found and finding in found


def test_a_digest_without_a_tag_says_what_runs() -> None:
    fine = deployment()
    container(fine)["image"] = "localhost:5001/delivery@sha256:" + "a" * 64
    assert violations([fine], RELEASE) == []


@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe", "readinessProbe"])
def test_probes_where_something_serves(probe: str) -> None:
    broken, fine = deployment(), job()
    del container(broken)[probe]
    del container(fine)[probe]
    assert violations([broken, fine], RELEASE) == [
        f"Deployment/{RELEASE}: container fabrikam-delivery: {probe} is missing"
    ]


def test_a_user_for_the_whole_pod_counts_and_for_one_container_too() -> None:
    fine = deployment()
    container(fine)["securityContext"] |= {"runAsNonRoot": True, "runAsUser": 1}
    del fine["spec"]["template"]["spec"]["securityContext"]
    assert violations([fine], RELEASE) == []


def test_what_kubernetes_does_not_take_from_the_pod_does_not_count_there() -> None:
    broken = deployment()
    del container(broken)["securityContext"]
    broken["spec"]["template"]["spec"]["securityContext"] |= CONTAINER["securityContext"]
    assert len(violations([broken], RELEASE)) == 3


def test_init_containers_are_containers() -> None:
    broken = deployment()
    broken["spec"]["template"]["spec"]["initContainers"] = [{"name": "migrate", "image": IMAGE}]
    found = violations([broken], RELEASE)
    assert f"Deployment/{RELEASE}: container migrate: resources.limits.cpu is missing" in found
    assert not any(
        "migrate: livenessProbe" in one or "migrate: securityContext.runAs" in one for one in found
    )


@pytest.mark.parametrize(
    "document",
    [
        [],
        "text",
        7,
        {},
        {"kind": "Deployment"},
        {"kind": "Deployment", "metadata": None, "spec": None},
        {"kind": "Pod", "metadata": {"name": RELEASE, "labels": None}, "spec": {"containers": None}},
        {
            "kind": "Deployment",
            "metadata": {"labels": []},
            "spec": {"template": {"spec": {"containers": [{}]}}},
        },
    ],
)
def test_what_a_broken_template_renders_is_reported_not_stumbled_over(document: object) -> None:
    assert violations([document], RELEASE)


def test_all_findings_at_once() -> None:
    broken = deployment()
    container(broken)["image"] = "delivery"
    container(broken).pop("livenessProbe")
    assert len(violations([broken, {"kind": "Service"}], RELEASE)) == 2 + len(LABELS) + 1


def test_a_worker_says_how_many_pods_it_has_when_it_is_live() -> None:
    made = deployment()
    assert violations([made], RELEASE, worker=True) == [
        f"Deployment/{RELEASE}: annotation {REPLICAS_WHEN_LIVE} is missing"
    ]
    made["metadata"]["annotations"][REPLICAS_WHEN_LIVE] = "2"
    assert violations([made], RELEASE, worker=True) == []


def test_a_worker_has_no_service() -> None:
    [found] = violations([other("Service", {})], RELEASE, worker=True)
    assert found.startswith(f"Service/{RELEASE}-service: a worker has no Service")


@pytest.mark.parametrize(
    ("hooks", "fine"), [("test", True), ("post-install, test", True), ("pre-install", False)]
)
def test_something_verifies_the_version(hooks: str, fine: bool) -> None:
    test = smoke_test()
    test["metadata"]["annotations"][HOOK] = hooks
    found = [str(violation) for violation in all_violations([Document(test)], RELEASE, worker=False)]
    assert found == [] if fine else "no object is a `helm test` hook" in found[0]


def test_the_chart_s_own_files() -> None:
    files = ["Chart.yaml", "values.schema.json", "values-dev.yaml", "values-qa.yaml"]
    assert chart_violations("services/delivery/chart", files, ["dev", "qa"]) == []
    missing = chart_violations("services/delivery/chart", ["values-dev.yaml"], ["dev", "qa"])
    assert [violation.source for violation in missing] == [
        "services/delivery/chart/values.schema.json",
        "services/delivery/chart/values-qa.yaml",
    ]
    assert all(str(violation).startswith("it is missing: ") for violation in missing)
