"""Reads the cause of a failed build from what `docker buildx build --progress=plain` printed.

BuildKit ends with a block between two rules that names the failing step and repeats its last lines, then
a piece of the Dockerfile, then one line ``ERROR: ...``.
"""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path

from build_tasks.errors import ExitCode, FlowError

_RULE = "------"
_STEP = re.compile(r"^ > (?P<step>.*?):?$")
_WHERE = re.compile(r"^(?P<file>\S+):(?P<line>\d+)$")
_NOISE = re.compile(r"^(failed to build|failed to solve|rpc error: code = \w+ desc = )[: ]*")
_LINES = 20


def build_failure(what: str, output: str, log: Path | None) -> FlowError:
    """The error to raise for a failed build.

    :param output: everything that buildx printed to standard error.
    """
    lines = output.splitlines()
    step, block = _failing_step(lines)
    where = next((f" ({m['file']}:{m['line']})" for m in map(_WHERE.match, lines) if m), "")
    error = _error(lines)
    why = f"{step}{where}: {error}" if step else f"{error}{where}"
    details = block[-_LINES:] or [line for line in lines if line.strip()][-_LINES:]
    return FlowError(
        what,
        why,
        "correct that step of the Dockerfile; the log holds the whole output",
        code=ExitCode.BUILD_FAILED,
        details=details,
        log=log,
    )


def _failing_step(lines: list[str]) -> tuple[str, list[str]]:
    for index, line in enumerate(lines[:-1]):
        found = _STEP.match(lines[index + 1])
        if line == _RULE and found:
            return found["step"], list(takewhile(lambda text: text != _RULE, lines[index + 2 :]))
    return "", []


def _error(lines: list[str]) -> str:
    for line in reversed(lines):
        if line.startswith("ERROR: "):
            text = line.removeprefix("ERROR: ")
            while (shorter := _NOISE.sub("", text)) != text:
                text = shorter
            return text
    return "buildx gave no reason"
