"""A service's logs."""

from __future__ import annotations

from collections.abc import Callable

from build_tasks.model.environment import Environment
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.steps.delivery.rollout import selector
from build_tasks.steps.delivery.verify import deployed
from build_tasks.steps.workbench import Workbench


def logs(
    bench: Workbench,
    service: Service,
    environment: Environment,
    version: Version | None,
    *,
    follow: bool,
    tail: int,
    on_line: Callable[[str], None],
) -> None:
    """Pass on the logs of one version, or of all that are deployed.

    :raises FlowError: USAGE if the version is not deployed there.
    """
    workloads = bench.environments.workloads(environment)
    workloads.check_cluster()
    if version is None:
        chosen = f"app.kubernetes.io/name={service.name}"
    else:
        chosen = selector(deployed(bench, service, version, environment).release)
    workloads.logs(chosen, follow=follow, tail=tail, on_line=on_line)
