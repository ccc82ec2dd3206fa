"""What failures of `oras` mean."""

from __future__ import annotations

import re
from collections.abc import Sequence

from build_tasks.adapters.registry.trust import trust_folder
from build_tasks.errors import ExitCode, FlowError, ToolError

_MISSING = re.compile(r": not found\s*$|(name|manifest|blob) unknown|(NAME|MANIFEST|BLOB)_UNKNOWN", re.M)
_REFUSED = re.compile(r"unauthorized|denied|status code 40[13]|basic credential not found", re.I)
_UNTRUSTED = re.compile(r"x509:|tls: (failed to verify|bad) certificate")
_DOWN = re.compile(
    r"dial tcp|connection re(fused|set)|no such host|i/o timeout|Client\.Timeout|deadline exceeded|\bEOF\b"
    r"|tls:|x509:|HTTP response to HTTPS client|did not end within|status code 50[0234]",
)
_LOOPBACK = re.compile(r"(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?")


def is_loopback(registry: str) -> bool:
    """Whether a registry's host is this machine."""
    return _LOOPBACK.fullmatch(registry) is not None


def is_missing(error: ToolError) -> bool:
    """Whether it failed because there is no such thing in the registry."""
    return _MISSING.search(error.stderr) is not None


def explained(error: ToolError, hosts: Sequence[str]) -> FlowError:
    """The same failure in the reader's words; the very error when it is of no known kind."""
    named = [host for host in hosts if host in error.stderr] or list(hosts)
    registry = " and ".join(dict.fromkeys(named))
    if is_missing(error):
        return error
    if _UNTRUSTED.search(error.stderr):
        why = f"the certificate of the registry {registry} is not to be trusted here"
        fix = f"if its authority is yours, put that into {trust_folder(named[0])}/ca.crt, as for Docker"
    elif _DOWN.search(f"{error.why}\n{error.stderr}"):
        local = all(map(is_loopback, named))
        why = f"the registry {registry} does not answer"
        fix = "start it: ./inv platform.up" if local else f"check that {registry} can be reached from here"
    elif _REFUSED.search(error.stderr):
        why = f"the registry {registry} does not let this account do that"
        fix = f"log in with an account that may: docker login {named[0]}"
    else:
        return error
    return FlowError(error.what, why, fix, code=ExitCode.UNAVAILABLE, details=error.details, log=error.log)
