"""The manifests that ship as recipes, filled in."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from string import Template

from build_tasks.model.data_stores import DataStore
from build_tasks.model.instance import Instance
from build_tasks.model.local_platform import EnvironmentNeed
from build_tasks.model.platform import PodNetwork

#: Annotation with the fingerprint of what was applied last.
APPLIED = "build-tasks/applied"
#: Namespace of the data stores, in each cluster.
DATA = "data"


def fingerprint(*texts: str) -> str:
    """Sixteen hexadecimal digits that change with the texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def render(recipes: Path, name: str, **values: str) -> str:
    """A recipe of ``recipes/cluster`` with its ``${names}`` filled in."""
    text = (recipes / "cluster" / name).read_text(encoding="utf-8")
    return Template(text).substitute(values)


def cluster_manifests(
    recipes: Path, instance: Instance, *, production: bool, network: PodNetwork = PodNetwork.BRIDGE
) -> str:
    """What a cluster as a whole gets.

    :param production: production is on it: also the rules of which images may run.
    :param network: what connects pods; our own nodes say it themselves, the publisher's does not.
    """
    host = instance.registry_host
    texts = [
        render(
            recipes,
            "registry-hosting.yaml",
            registry_host=host,
            registry_container=instance.registry_container,
        )
    ]
    if network is PodNetwork.KINDNET:
        texts.append(render(recipes, "pod-network.yaml"))
    if production:
        texts += [images_policy(recipes, "production", f"{host}/prod/")]
        texts += [images_policy(recipes, "production-infra", f"{host}/prod/infra/")]
    return "---\n".join(texts)


def images_policy(recipes: Path, admits: str, prefix: str) -> str:
    """The rule of which images may run in namespaces that are labelled so."""
    pattern = re.escape(prefix).replace("\\", "\\\\")
    return render(recipes, "images-policy.yaml", admits=admits, prefix=prefix, prefix_pattern=pattern)


def data_manifests(recipes: Path, *, production: bool) -> str:
    """The namespace of a cluster's data stores."""
    admits = "production-infra" if production else "any"
    return render(recipes, "namespace.yaml", namespace=DATA, admits=admits)


def environment_manifests(recipes: Path, need: EnvironmentNeed) -> str:
    """An environment's namespace, what it may use up, and the account that deploys to it."""
    admits = "production" if need.production else "any"
    names = {"namespace": need.namespace, "environment": need.name}
    return "---\n".join(
        (
            render(recipes, "namespace.yaml", namespace=need.namespace, admits=admits),
            render(recipes, "environment.yaml", **names),
            deployer_manifests(recipes, need),
        )
    )


def deployer_manifests(recipes: Path, need: EnvironmentNeed) -> str:
    """The account alone that deploys to an environment."""
    return render(recipes, "deployer.yaml", namespace=need.namespace, environment=need.name)


def store_manifests(recipes: Path, need: EnvironmentNeed, store: DataStore) -> str:
    """Who may talk to an environment's data store, seen from either side."""
    names = {"namespace": need.namespace, "environment": need.name}
    return render(recipes, "store.yaml", **names, store=store.kind, port=str(store.port))


def folder_text(folder: Path) -> str:
    """All files of a folder in one text, for its fingerprint."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "\0".join(f"{path.relative_to(folder)}\0{path.read_text(encoding='utf-8')}" for path in files)
