"""What Helm's failures against a cluster mean."""

from __future__ import annotations

from build_tasks.adapters.helm.messages import reason
from build_tasks.errors import ExitCode, FlowError, ToolError

_UNREACHABLE = (
    "cluster unreachable",
    "connection refused",
    "no such host",
    "i/o timeout",
    "etcdserver",
    # A server that ends in the midst of a request, or a proxy before one that is not there.
    ": eof",
    "connection reset by peer",
    "client connection lost",
    "tls handshake timeout",
    "unable to handle the request",
)
_CHART = ("execution error at", "parse error", "values don't meet", "executing ", "chart.yaml")


def is_missing(error: ToolError) -> bool:
    """Helm said that there is no such release."""
    return "release: not found" in error.stderr.lower()


def deploy_failure(what: str, error: ToolError) -> FlowError:
    """The error to raise for any command but a test."""
    said = error.stderr.lower()
    first, *rest = reason(error.stderr).splitlines() or [error.why]
    if any(text in said for text in _UNREACHABLE):
        fix, code = "start the cluster, or run `./inv platform.up`", ExitCode.UNAVAILABLE
    elif "another operation" in said:
        fix, code = (
            "wait for it; a release whose operation was killed is recovered by `deploy`",
            (ExitCode.DEPLOY_FAILED),
        )
    elif any(text in said for text in _CHART):
        fix, code = "correct the chart or the values", ExitCode.CHART_REFUSED
    else:
        fix, code = "", ExitCode.DEPLOY_FAILED
    return FlowError(what, first, fix, code=code, details=rest, log=error.log)


def test_failure(what: str, error: ToolError) -> FlowError:
    """The error to raise for a failed test: Helm's reason, and what the tests logged."""
    if any(text in error.stderr.lower() for text in _UNREACHABLE) or is_missing(error):
        return deploy_failure(what, error)
    lines = test_log(error.stdout).splitlines()
    why = reason(error.stderr) or error.why
    fix = "read the test's log above, and the version's own: `inv <service>.logs`"
    return FlowError(what, why, fix, code=ExitCode.VERIFY_FAILED, details=lines, log=error.log)


def test_log(stdout: str) -> str:
    """What the tests' pods logged, from the output of `helm test --logs`; empty if there are none."""
    _, found, log = stdout.partition("POD LOGS:")
    return f"{found}{log}".strip()
