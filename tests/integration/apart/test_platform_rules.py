"""What the clusters refuse, tried: images outside prod/, root, and what deployers must not do."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from build_tasks.model.instance import Instance
from tests.integration.accounts import Account, container

DIGEST = "sha256:" + "0" * 64


@pytest.fixture
def instance(platform: None) -> Instance:
    return Instance.of(os.environ)


@pytest.fixture
def admin(platform: None) -> Account:
    """The administrator of prod, whom policies bind as anybody."""
    return Account.admin("prod")


def spec(image: str, extra: str = "", **security: Any) -> dict[str, Any]:
    """A pod's; ``extra`` is the image of an init container."""
    init = [{**container(extra), "name": "init"}] if extra else []
    return {
        "restartPolicy": "Never",
        "containers": [container(image, **security)],
        "initContainers": init,
    }


def pod(image: str, extra: str = "", **security: Any) -> dict[str, Any]:
    meta = {"name": "trial"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec(image, extra, **security)}


def deployment(image: str) -> dict[str, Any]:
    labels = {"app": "trial"}
    template = {"metadata": {"labels": labels}, "spec": {**spec(image), "restartPolicy": "Always"}}
    body = {"selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "trial"}, "spec": body}


def job(image: str) -> dict[str, Any]:
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "trial"},
        "spec": {"template": {"spec": spec(image)}},
    }


def cron_job(image: str) -> dict[str, Any]:
    body = {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": job(image)["spec"]}}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "trial"}, "spec": body}


KINDS = [pod, deployment, job, cron_job]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_production_admits_prod_by_digest_and_nothing_else(
    admin: Account, instance: Instance, kind: Any
) -> None:
    host = instance.registry_host
    for image in (f"{host}/prod/delivery@{DIGEST}", f"{host}/prod/delivery:v1.0.2@{DIGEST}"):
        assert admin.try_to_create("backend", kind(image)) == ""
    for image in (f"{host}/prod/delivery:v1.0.2", f"{host}/delivery@{DIGEST}", "nginx", f"nginx@{DIGEST}"):
        refused = admin.try_to_create("backend", kind(image))
        assert "only images from" in refused
        assert image in refused


def test_init_containers_count(admin: Account, instance: Instance) -> None:
    good = f"{instance.registry_host}/prod/delivery@{DIGEST}"
    assert "nginx" in admin.try_to_create("backend", pod(good, "nginx"))


def test_ephemeral_containers_count(admin: Account) -> None:
    """Those of the data store, where only prod/infra/ is admitted."""
    patch = {"spec": {"ephemeralContainers": [{**container("nginx"), "name": "debug"}]}}
    for name in ("redis-prod-0", "postgresql-prod-0"):
        words = ("patch", "pod", name, "--namespace=data", "--subresource=ephemeralcontainers")
        done = admin.kubectl(*words, "--dry-run=server", f"--patch={json.dumps(patch)}")
        assert done.returncode != 0
        assert "only images from" in done.stderr


def test_data_stores_come_from_their_own_folder(admin: Account, instance: Instance) -> None:
    host = instance.registry_host
    for name in ("redis:8", "postgresql:17"):
        assert admin.try_to_create("data", pod(f"{host}/prod/infra/{name}@{DIGEST}")) == ""
    assert "only images from" in admin.try_to_create("data", pod(f"{host}/prod/delivery@{DIGEST}"))


@pytest.mark.parametrize(
    "security", [{"runAsUser": 0}, {"allowPrivilegeEscalation": True}, {"runAsNonRoot": False}]
)
def test_root_is_refused(admin: Account, instance: Instance, security: dict[str, Any]) -> None:
    image = f"{instance.registry_host}/prod/delivery@{DIGEST}"
    assert "violates PodSecurity" in admin.try_to_create("backend", pod(image, **security))


@pytest.mark.parametrize("environment", ["dev", "qa", "prod"])
def test_deployers_keep_to_their_namespace(platform: None, environment: str) -> None:
    deployer = Account.deployer(environment)
    assert deployer.kubectl("get", "deployments,services,configmaps,pods,jobs,leases").returncode == 0
    for words in (
        ("get", "secrets"),
        ("get", "secret", "redis"),
        ("get", "secret", "postgresql"),
        ("get", "secrets", "--namespace=data"),
        ("get", "secret", f"postgresql-{environment}-credentials", "--namespace=data"),
        ("get", "pods", "--namespace=data"),
        ("get", "pods", "--namespace=kube-system"),
        ("get", "nodes"),
        ("get", "namespaces"),
        ("create", "token", "deployer"),
        ("get", "pods", "--namespace=staging" if environment != "prod" else "--namespace=default"),
    ):
        done = deployer.kubectl(*words)
        assert done.returncode != 0, words
        assert "forbidden" in done.stderr.lower(), done.stderr


def test_an_account_of_dev_is_nobody_in_prod(instance: Instance) -> None:
    text = json.loads(instance.kubeconfig("dev").read_text())
    prod = json.loads(instance.kubeconfig("prod").read_text())
    text["clusters"][0]["cluster"] = prod["clusters"][0]["cluster"]
    mixed = instance.folder / "mixed.kubeconfig"
    mixed.write_text(json.dumps(text))
    try:
        done = Account(mixed).kubectl("get", "pods", "--namespace=backend")
    finally:
        mixed.unlink()
    assert done.returncode != 0
    assert "Unauthorized" in done.stderr or "must be logged in" in done.stderr
