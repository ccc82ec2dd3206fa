"""What kubectl and Helm say of an API server that went away in the midst of a request."""

from __future__ import annotations

import pytest

from build_tasks.adapters.helm.failures import deploy_failure
from build_tasks.adapters.kubernetes.failures import cluster_failure
from build_tasks.adapters.programs.command_log import Completed
from build_tasks.errors import ExitCode, ToolError
from build_tasks.model.environment import Environment

QA = Environment("qa", "devtest", "qa", "kind-devtest", "/k/qa.kubeconfig")
SAID = [
    "Unable to connect to the server: EOF",
    "Unable to connect to the server: context deadline exceeded",
    'Get "https://127.0.0.1:40385/openapi/v2?timeout=32s": EOF - error from a previous attempt',
    "read tcp 127.0.0.1:42860->127.0.0.1:40385: read: connection reset by peer",
    "http2: client connection lost",
    "net/http: TLS handshake timeout",
    "dial tcp 127.0.0.1:40385: connect: connection refused",
    "Error from server (ServiceUnavailable): the server is currently unable to handle the request",
]


@pytest.mark.parametrize("said", SAID)
def test_kubectl(said: str) -> None:
    error = cluster_failure("scale", QA, Completed((), 1, "", said, 0.1), None)
    assert error.code is ExitCode.UNAVAILABLE
    assert "start the cluster" in error.fix


@pytest.mark.parametrize("said", SAID[2:])
def test_helm(said: str) -> None:
    failed = ToolError("run helm", "status 1", tool="helm", status=1, stdout="", stderr=f"Error: {said}\n")
    assert deploy_failure("deploy delivery-v1-0-2 to qa", failed).code is ExitCode.UNAVAILABLE


def test_another_failure_is_none_of_the_cluster_s() -> None:
    error = cluster_failure("scale", QA, Completed((), 1, "", 'deployments.apps "x" not found', 0.1), None)
    assert error.code is ExitCode.TOOL_FAILED
