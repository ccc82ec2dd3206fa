"""What kubectl's failures mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from build_tasks.adapters.kubernetes.objects import KubeConfig
from build_tasks.adapters.programs.process import Completed
from build_tasks.errors import ExitCode, FlowError, ToolError
from build_tasks.model.environment import Environment

_NO_ANSWER = (
    "unable to connect to the server",
    "connection refused",
    "was refused",
    "i/o timeout",
    # A server that ends in the midst of a request, or a proxy before one that is not there.
    ": eof",
    "connection reset by peer",
    "client connection lost",
    "tls handshake timeout",
    "unable to handle the request",
)
_FOREIGN = "certificate signed by unknown authority"
#: How lines begin that tell of one object that was refused.
_REFUSED = ("Error from server", "error: unable to", "error: resource mapping not found", "The ")
#: kubectl asks for the custom kinds when it does not know one; a deployer may not.
_UNKNOWN_KIND = "failed to list CRDs"
_KIND = re.compile(r"^kind: (\S+)", re.MULTILINE)
_POD_SECURITY = "would violate PodSecurity"
_START = "start the cluster, or run `./inv platform.up`"


def wrong_context(what: str, environment: Environment, config: KubeConfig) -> FlowError:
    """The kubeconfig's current context is another than the environment's, or the latter is not in it."""
    current = config.current_context
    there = f"{current} ({config.server(current) or 'no server'})" if current else "no context"
    own = config.server(environment.context)
    wanted = f"{environment.context} ({own})" if own else f"{environment.context}, which is not in the file"
    return FlowError(
        what,
        f"{environment.kubeconfig} points to {there}; {environment.name} is {wanted}",
        f"kubectl config use-context {environment.context} --kubeconfig {environment.kubeconfig}"
        if own
        else "run `./inv platform.up`, or correct the environment's context in pyproject.toml",
        code=ExitCode.WRONG_CLUSTER,
    )


def unreachable(what: str, environment: Environment, server: str, said: str) -> FlowError:
    """The cluster did not answer the environment's account, or another cluster did."""
    lines = said.strip().splitlines()
    if _FOREIGN in said:
        return FlowError(
            what,
            f"another cluster than {environment.context} answers at {server}",
            "run `./inv platform.up`, which renews the accounts",
            code=ExitCode.WRONG_CLUSTER,
            details=lines[-3:],
        )
    why = f"{environment.context} ({server}) does not answer: {_cause(lines)}"
    return FlowError(what, why, _START, code=ExitCode.UNAVAILABLE, details=lines[-3:])


def cluster_failure(what: str, environment: Environment, done: Completed, log: Path | None) -> FlowError:
    """The error to raise for a command that failed."""
    lines = done.stderr.strip().splitlines()
    why = _cause(lines)
    if any(text in done.stderr.lower() for text in _NO_ANSWER):
        told = f"{environment.context} does not answer: {why}"
        return FlowError(what, told, _START, code=ExitCode.UNAVAILABLE, log=log)
    return ToolError(
        what, why, tool="kubectl", status=done.status, stdout=done.stdout, stderr=done.stderr, log=log
    )


def _cause(lines: list[str]) -> str:
    """kubectl's last line, without its prefixes."""
    text = lines[-1] if lines else "kubectl gave no reason"
    return text.removeprefix("error: ").removeprefix("Error from server ").strip()


def refusals(said: str, manifests: str) -> Sequence[str]:
    """What the API server refused, or would refuse of the pods, in what `kubectl apply` said.

    :param manifests: what was applied; kubectl does not name a kind that nobody knows.
    """
    if _UNKNOWN_KIND in said:
        kinds = ", ".join(sorted(set(_KIND.findall(manifests))))
        return [f"one of these kinds is unknown to Kubernetes: {kinds}"]
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if any(text in said.lower() for text in _NO_ANSWER):
        return []
    answers = [line for line in lines if line.startswith(_REFUSED) or _POD_SECURITY in line]
    return [answer.removeprefix("Error from server ").removeprefix("Warning: ") for answer in answers]
