"""A developer's inner loop: what was just deployed in dev, within reach and with its logs in sight."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.environment import Environment
from build_tasks.model.service import Service
from build_tasks.planning.names import release_name
from build_tasks.ports.runtime import Workloads
from build_tasks.steps.delivery.live import active_version
from build_tasks.steps.delivery.rollout import await_rollout, selector
from build_tasks.steps.workbench import Workbench

#: Lines of each log to begin with.
_TAIL = 20


def attend(
    bench: Workbench, service: Service, environment: Environment, port: int, on_line: Callable[[str], None]
) -> None:
    """Forward a port to the service and follow the logs of its live version, until Ctrl-C.

    When the version is replaced meanwhile (from another terminal, say), its successor is attended.

    :param port: of this machine; not used for a worker.
    :param on_line: gets the lines of the logs.
    :raises FlowError: UNAVAILABLE if the port cannot be had, USAGE if no version is live.
    """
    workloads = bench.environments.workloads(environment)
    with _forwarded(bench, workloads, service, environment, port):
        while True:
            release = _live(bench, service, environment)
            await_rollout(bench, workloads, release, environment)
            workloads.logs(selector(release), follow=True, tail=_TAIL, on_line=on_line)


def _forwarded(
    bench: Workbench, workloads: Workloads, service: Service, environment: Environment, port: int
) -> AbstractContextManager[None]:
    if service.is_worker:
        return nullcontext()
    bench.reporter.note(f"http://localhost:{port} is {service.name} in {environment.name}; Ctrl-C ends it")
    return workloads.forward(service.name, port)


def _live(bench: Workbench, service: Service, environment: Environment) -> str:
    version = active_version(bench, service, environment)
    if version is None:
        raise FlowError(
            f"follow {service.name} in {environment.name}",
            "no version of it is live there any more",
            f"./inv {service.name}.dev",
            code=ExitCode.USAGE,
        )
    return release_name(service.name, version)
