"""`platform.env`: what a shell needs so that plain `docker`, `kubectl` and `helm` reach the platform."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from build_tasks.model.instance import DEFAULT, VARIABLE
from build_tasks.steps.platform.parts import PlatformParts


def env_lines(parts: PlatformParts, tools: Path) -> Sequence[str]:
    """Lines for `eval "$(./inv platform.env)"`, in POSIX shell.

    :param tools: the folder with the platform's tools, put before the user's own.
    """
    files = [str(parts.instance.kubeconfig(environment.name)) for environment in parts.environments]
    values = {"DOCKER_HOST": parts.engine.host, "KUBECONFIG": ":".join(files), "HELM_DRIVER": "configmap"}
    if parts.instance.name != DEFAULT:
        values[VARIABLE] = parts.instance.name
    lines = [f"export {name}={quote(value)}" for name, value in values.items()]
    return [*lines, f'export PATH={quote(str(tools))}:"$PATH"']
