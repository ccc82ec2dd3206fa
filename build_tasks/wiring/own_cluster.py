"""Adapters for `platform.account`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from build_tasks.adapters.kubernetes.admin import KubernetesAdmin
from build_tasks.adapters.kubernetes.kubeconfig_files import file_with
from build_tasks.adapters.machine.private_files import LocalPrivateFiles
from build_tasks.adapters.registry.login import login_for
from build_tasks.errors import ExitCode, FlowError
from build_tasks.recipes import FOLDER
from build_tasks.steps.platform.own_cluster import OwnCluster

if TYPE_CHECKING:
    from build_tasks.model.environment import Environment
    from build_tasks.wiring import Composition


def own_cluster(
    composition: Composition, environment: Environment, admin_context: str, pull_login: str
) -> OwnCluster:
    """What an account is made with.

    :param admin_context: a context of the user's own kubeconfig, of somebody who administers the cluster.
    :param pull_login: path of a ``config.json`` with a login for the registry; empty: pods need none.
    :raises FlowError: USAGE where the environment is the local platform's, its file's variable is not set,
        or there is no such context or login.
    """
    _refuse_local(composition, environment)
    processes, registry = composition.platform.processes, composition.settings.registry
    login, secrets = login_for(registry, Path(pull_login).expanduser()) if pull_login else ("", [])
    processes.redact(secrets)
    file = file_with(admin_context, _kubeconfigs())
    return OwnCluster(
        environment=environment,
        registry=registry,
        login=login,
        admin=KubernetesAdmin(processes, environment.cluster, file, admin_context),
        recipes=FOLDER,
        files=LocalPrivateFiles(),
        reporter=composition.reporter,
    )


def _refuse_local(composition: Composition, environment: Environment) -> None:
    what = f"make the account of {environment.name}"
    if environment.context == composition.instance.context(environment.name):
        table = f"[tool.build_tasks.environments.{environment.name}]"
        fix = f"./inv platform.up makes it; a cluster of yours is named by context and kubeconfig in {table}"
        raise FlowError(what, "it is on the local platform", fix, code=ExitCode.USAGE)
    if environment.kubeconfig.startswith("$"):
        why = f"its kubeconfig is {environment.kubeconfig}, which is not set"
        fix = "set it to the path of the file that is to be written"
        raise FlowError(what, why, fix, code=ExitCode.USAGE)


def _kubeconfigs() -> list[Path]:
    """The user's own, as kubectl finds them."""
    named = [part for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    return [Path(part).expanduser() for part in named] or [Path.home() / ".kube" / "config"]
