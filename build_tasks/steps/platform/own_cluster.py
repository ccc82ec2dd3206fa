"""`platform.account`: what an environment needs on a cluster that the platform did not make."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.local_platform import OWNER_LABEL, EnvironmentNeed
from build_tasks.ports.host import PrivateFiles
from build_tasks.ports.platform import ClusterAdmin
from build_tasks.ports.reporting import Reporter
from build_tasks.steps.platform.accounts import contexts_in, end_of, kubeconfig_text
from build_tasks.steps.platform.recipe_texts import (
    deployer_manifests,
    environment_manifests,
    images_policy,
)

#: The Secret with the login that pods pull with. A chart with a ServiceAccount of its own names it there.
PULL_LOGIN = "registry"
_LOGIN_KIND = "kubernetes.io/dockerconfigjson"


@dataclass(frozen=True)
class OwnCluster:
    """A cluster of the user's own.

    :param registry: host[:port] that images come from.
    :param login: a registry login (``config.json``) for the namespace's pods; empty: they need none.
    :param admin: its administrator, for this once.
    """

    environment: Environment
    registry: str
    login: str
    admin: ClusterAdmin
    recipes: Path
    files: PrivateFiles
    reporter: Reporter


def make_account(own: OwnCluster, *, hours: int) -> None:
    """Make namespace, deployer account and its kubeconfig file; may be run again, for a new token.

    A namespace that is there already, and not by us, keeps its labels, quotas and policies.

    :param hours: how long the account's token is to be good; the cluster may give it less.
    :raises FlowError: USAGE where the kubeconfig file holds something else.
    """
    _refuse_to_overwrite(own)
    _prepare_namespace(own)
    if own.login:
        _let_pods_pull(own)
    environment, admin = own.environment, own.admin
    with own.reporter.step(f"make the account of {environment.name}", environment.kubeconfig):
        token = admin.token(environment.namespace, "deployer", hours)
        endpoint = admin.endpoint()
        text = kubeconfig_text(environment.context, environment.namespace, endpoint, token)
        own.files.write(Path(environment.kubeconfig), text)
    own.reporter.note(f"it counts until {end_of(token).astimezone():%Y-%m-%d %H:%M}; run this again before")


def _refuse_to_overwrite(own: OwnCluster) -> None:
    """The file is the account's alone: whoever's else it is would lose what is in it."""
    environment = own.environment
    found = own.files.read(Path(environment.kubeconfig))
    if found and contexts_in(found) != [environment.context]:
        raise FlowError(
            f"make the account of {environment.name}",
            f"{environment.kubeconfig} is there, and is not a file of this account alone",
            f"name another file in [tool.build_tasks.environments.{environment.name}]",
            code=ExitCode.USAGE,
        )


def _prepare_namespace(own: OwnCluster) -> None:
    need, admin = EnvironmentNeed.of(own.environment), own.admin
    title = f"namespace {need.namespace} in {need.cluster}"
    ours = need.namespace in admin.facts().namespaces
    if not ours and admin.exists("namespace", need.namespace):
        with own.reporter.step(f"let the account work in {title}", "it is there; all else in it stays"):
            admin.apply(deployer_manifests(own.recipes, need))
        if need.production:
            own.reporter.warn(f"{title} is not ours: nothing keeps images out that were not promoted")
        return
    with own.reporter.step(title, "as described" if ours else "it does not exist"):
        if need.production:
            admin.apply(images_policy(own.recipes, "production", f"{own.registry}/prod/"))
        admin.apply(environment_manifests(own.recipes, need))


def _let_pods_pull(own: OwnCluster) -> None:
    namespace = own.environment.namespace
    with own.reporter.step(f"let pods in {namespace} pull from {own.registry}", "with that login"):
        own.admin.put_secret(namespace, PULL_LOGIN, {".dockerconfigjson": own.login}, _LOGIN_KIND)
        key, _, owner = OWNER_LABEL.partition("=")
        account = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "default", "namespace": namespace, "labels": {key: owner}},
            "imagePullSecrets": [{"name": PULL_LOGIN}],
        }
        # An owner of its own: the namespace's description, applied again without a login, leaves it in place.
        own.admin.apply(json.dumps(account), owner="build-tasks-login")
