"""Telling the version that lost the traffic to send its kept-alive clients away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from build_tasks.errors import FlowError
from build_tasks.model.service import Service
from build_tasks.model.version import Version
from build_tasks.planning.names import release_name
from build_tasks.ports.runtime import Workloads
from build_tasks.steps.delivery.rollout import selector
from build_tasks.steps.workbench import Workbench

#: How long the version left behind keeps closing kept-alive connections.
_SECONDS = 30


def drain(bench: Workbench, workloads: Workloads, service: Service, left: Version) -> None:
    """Tell the pods of the version left behind to close kept-alive connections after their next answer."""
    if not service.drain_path:
        bench.reporter.note(
            f"{service.name} has no switch.drain_path: kept-alive connections stay where they are"
        )
        return
    pods = [pod for pod in workloads.pods(selector(release_name(service.name, left))) if pod.ready]
    path = f"{service.drain_path}?seconds={_SECONDS}"
    with ThreadPoolExecutor() as pool:
        told = [(pod, pool.submit(workloads.post, pod.name, service.port, path)) for pod in pods]
    for pod, answer in told:
        error = answer.exception()
        if isinstance(error, FlowError):
            bench.reporter.warn(f"{pod.name} was not told to drain: {error.why}")
        elif error is not None:
            raise error
