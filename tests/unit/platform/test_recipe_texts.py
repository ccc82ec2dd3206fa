"""The manifests that the platform applies."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from build_tasks.model.data_stores import STORES, DataStore
from build_tasks.model.instance import Instance
from build_tasks.model.local_platform import EnvironmentNeed
from build_tasks.model.platform import NodeImage, PodNetwork
from build_tasks.recipes import FOLDER
from build_tasks.steps.platform.kind_config import PACKET_FILTERS, config_for_node, shape_of_clusters
from build_tasks.steps.platform.recipe_texts import (
    cluster_manifests,
    data_manifests,
    environment_manifests,
    fingerprint,
    folder_text,
    store_manifests,
)
from tests.fakes.platform_parts import ENVIRONMENTS

LOCAL = Instance("local", Path("/state"))
DIGEST = "sha256:" + "0" * 64


def documents(text: str) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(text) if document]


def named(text: str, kind: str, name: str) -> dict[str, Any]:
    return next(d for d in documents(text) if (d["kind"], d["metadata"]["name"]) == (kind, name))


@pytest.mark.parametrize("need", ENVIRONMENTS, ids=lambda need: need.name)
def test_an_environment_is_all_in_its_namespace(need: EnvironmentNeed) -> None:
    for document in documents(environment_manifests(FOLDER, need)):
        meta = document["metadata"]
        assert meta.get("namespace", meta["name"]) == need.namespace
        assert meta["labels"]["app.kubernetes.io/part-of"] == "build-tasks-platform"


@pytest.mark.parametrize("need", ENVIRONMENTS, ids=lambda need: need.name)
def test_namespaces_start_with_nothing_allowed(need: EnvironmentNeed) -> None:
    text = environment_manifests(FOLDER, need)
    labels = named(text, "Namespace", need.namespace)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert labels["build-tasks/admits"] == ("production" if need.production else "any")
    deny = named(text, "NetworkPolicy", "default-deny")["spec"]
    assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_the_deployer_has_no_right_on_secrets_nor_beyond_its_namespace() -> None:
    for need in ENVIRONMENTS:
        text = environment_manifests(FOLDER, need)
        kinds = {document["kind"] for document in documents(text)}
        assert not kinds & {"ClusterRole", "ClusterRoleBinding"}
        resources = {r for rule in named(text, "Role", "deployer")["rules"] for r in rule["resources"]}
        assert not resources & {"secrets", "roles", "rolebindings", "serviceaccounts/token", "pods/exec", "*"}
        assert {"configmaps", "deployments", "services", "pods/proxy", "leases", "jobs"} <= resources


def test_two_versions_of_five_services_and_their_jobs_fit_into_the_quota() -> None:
    """Two pods a version and one that rolls, a smoke test a version, and as many jobs."""
    quota = named(environment_manifests(FOLDER, ENVIRONMENTS[0]), "ResourceQuota", "environment")
    hard = quota["spec"]["hard"]
    pods = 5 * 2 * (3 + 1) + 10
    assert int(hard["pods"]) >= pods
    assert float(hard["limits.cpu"]) >= pods * 0.5
    assert int(hard["limits.memory"].removesuffix("Gi")) * 1024 >= pods * 192


def pattern_of(admits: str) -> str:
    """The regular expression in a policy's CEL text, with CEL's escapes read."""
    rules = cluster_manifests(FOLDER, LOCAL, production=True)
    policy = named(rules, "ValidatingAdmissionPolicy", f"build-tasks-{admits}")
    variable = next(v for v in policy["spec"]["variables"] if v["name"] == "refused")
    found = re.search(r"matches\('(.*)'\)", variable["expression"])
    assert found
    return found[1].replace("\\\\", "\\")


@pytest.mark.parametrize(
    ("image", "services", "stores"),
    [
        (f"localhost:5001/prod/delivery@{DIGEST}", True, False),
        (f"localhost:5001/prod/delivery:v1.0.2@{DIGEST}", True, False),
        (f"localhost:5001/prod/infra/redis:8@{DIGEST}", True, True),
        ("localhost:5001/prod/delivery:v1.0.2", False, False),
        (f"localhost:5001/delivery@{DIGEST}", False, False),
        (f"localhost:5001/production/delivery@{DIGEST}", False, False),
        (f"example.org/localhost:5001/prod/delivery@{DIGEST}", False, False),
        (f"localhostx5001/prod/delivery@{DIGEST}", False, False),
        (f"localhost:5001/prod/delivery@{DIGEST}0", False, False),
        ("nginx", False, False),
    ],
)
def test_which_images_production_admits(image: str, services: bool, stores: bool) -> None:
    assert bool(re.search(pattern_of("production"), image)) is services
    assert bool(re.search(pattern_of("production-infra"), image)) is stores


def test_policies_are_for_production_only() -> None:
    kinds = [d["kind"] for d in documents(cluster_manifests(FOLDER, LOCAL, production=False))]
    assert kinds == ["ConfigMap"]
    assert (
        named(data_manifests(FOLDER, production=True), "Namespace", "data")["metadata"]["labels"][
            "build-tasks/admits"
        ]
        == "production-infra"
    )


def test_a_publisher_s_node_is_made_to_say_what_connects_its_pods() -> None:
    """Ours say it themselves; `platform.status` reads it, and looks at the agents that bear our label."""
    said = cluster_manifests(FOLDER, LOCAL, production=False, network=PodNetwork.KINDNET)
    assert named(said, "ConfigMap", "pod-network")["data"] == {"plugin": "kindnet"}
    agents = named(said, "DaemonSet", "kindnet")
    assert agents["metadata"]["labels"] == {"app.kubernetes.io/part-of": "build-tasks-platform"}
    assert "spec" not in agents, "kind applied it; it only gets a label"
    for network in (PodNetwork.BRIDGE, PodNetwork.CILIUM):
        ours = cluster_manifests(FOLDER, LOCAL, production=False, network=network)
        assert "pod-network" not in ours


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.kind)
@pytest.mark.parametrize("need", ENVIRONMENTS, ids=lambda need: need.name)
def test_a_store_answers_its_own_environment_only(need: EnvironmentNeed, store: DataStore) -> None:
    text, name = store_manifests(FOLDER, need, store), store.name(need.name)
    policy = named(text, "NetworkPolicy", name)
    assert policy["metadata"]["namespace"] == "data"
    selected = {"matchLabels": {"app.kubernetes.io/instance": name}}
    assert policy["spec"] == {
        "podSelector": selected,
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [_namespace(need.namespace)], "ports": [_tcp(store.port)]}],
    }


def test_nothing_is_open_but_the_way_to_the_dns() -> None:
    """Not even inside an environment: the charts of services open what each needs."""
    policies = [
        document["spec"]
        for text in (environment_manifests(FOLDER, ENVIRONMENTS[0]), data_manifests(FOLDER, production=True))
        for document in documents(text)
        if document["kind"] == "NetworkPolicy"
    ]
    opened = [rule for spec in policies for way in ("ingress", "egress") for rule in spec.get(way, [])]
    dns = [{**_namespace("kube-system"), "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}]
    assert [rule.get("to") or rule["from"] for rule in opened] == [dns]
    kinds = [document["kind"] for document in documents(data_manifests(FOLDER, production=True))]
    assert kinds == ["Namespace", "ServiceAccount", "NetworkPolicy"], "stores open no connection at all"


def _namespace(name: str) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def _tcp(port: int) -> dict[str, Any]:
    return {"protocol": "TCP", "port": port}


def test_fingerprints_change_with_every_text_and_its_bounds() -> None:
    texts = [("a", "b"), ("ab",), ("a", "b", ""), ("b", "a")]
    assert len({fingerprint(*text) for text in texts}) == len(texts)


def test_the_text_of_a_folder_changes_with_names_and_content(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("text")
    before = folder_text(tmp_path)
    (tmp_path / "one").rename(tmp_path / "two")
    renamed = folder_text(tmp_path)
    (tmp_path / "two").write_text("other")
    assert len({before, renamed, folder_text(tmp_path)}) == 3


def test_kind_is_told_the_component_versions_of_the_node_image() -> None:
    node = NodeImage("n", "v1", "3.6.16-0", "v1.14.7")
    config = yaml.safe_load(config_for_node("kind: Cluster\n", node, Path("/filters")))
    patch = yaml.safe_load(config["kubeadmConfigPatches"][-1])
    assert patch["etcd"]["local"]["imageTag"] == "3.6.16-0"
    assert patch["dns"]["imageTag"] == "v1.14.7"


def test_the_shape_of_the_clusters_is_the_repository_s_else_ours(tmp_path: Path) -> None:
    """A repository that takes the tasks from a wheel has no such file, and needs none."""
    assert yaml.safe_load(shape_of_clusters(FOLDER, tmp_path))["kind"] == "Cluster"
    (tmp_path / "kind-config.yaml").write_text("kind: Cluster\nnodes: []\n")
    assert shape_of_clusters(FOLDER, tmp_path) == "kind: Cluster\nnodes: []\n"


def test_the_repositorys_own_kind_configuration_keeps_its_patches() -> None:
    own = shape_of_clusters(FOLDER, Path(__file__).parents[3])
    config = yaml.safe_load(config_for_node(own, NodeImage("n", "v1", "3", "v1"), Path("/filters")))
    assert [yaml.safe_load(patch)["kind"] for patch in config["kubeadmConfigPatches"]] == [
        "KubeletConfiguration",
        "ClusterConfiguration",
    ]


@pytest.mark.parametrize("own", ["kind: Cluster\n", "kind: Cluster\nnodes: [{role: control-plane}]\n"])
def test_what_cilium_compiled_outlives_its_cluster(own: str) -> None:
    node = NodeImage("n", "v1", "3", "v1", PodNetwork.CILIUM)
    config = yaml.safe_load(config_for_node(own, node, Path("/filters")))
    mount = {"hostPath": "/filters", "containerPath": PACKET_FILTERS}
    assert config["nodes"] == [{"role": "control-plane", "extraMounts": [mount]}]
    assert PACKET_FILTERS in (FOLDER / "cilium/manifest.yaml").read_text()
    assert PACKET_FILTERS in (FOLDER / "cilium/clang").read_text()
