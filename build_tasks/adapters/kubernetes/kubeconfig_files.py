"""kubeconfig files of others, https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.local_platform import Endpoint


def endpoint_of(kubeconfig: Path, context: str, cluster: str) -> Endpoint:
    """The API that a context of a file leads to.

    :param cluster: its name, for messages.
    :raises FlowError: UNAVAILABLE when the file is missing, is no kubeconfig or does not have the context.
    """
    try:
        config = _read(kubeconfig)
        name = _named(config, "contexts", context)["context"]["cluster"]
        found = _named(config, "clusters", name)["cluster"]
        return Endpoint(found["server"], _authority(found, kubeconfig.parent))
    except (OSError, yaml.YAMLError, LookupError, TypeError):
        raise FlowError(
            f"find the API of cluster {cluster}",
            f"{kubeconfig} is not a usable kubeconfig file with the context {context}",
            "remove it and run `./inv platform.up`, if that made it",
            code=ExitCode.UNAVAILABLE,
        ) from None


def file_with(context: str, files: Sequence[Path]) -> Path:
    """The first of some kubeconfig files that has a context.

    :raises FlowError: USAGE, with the contexts that there are.
    """
    there: list[str] = []
    for file in files:
        found = contexts_of(file)
        if context in found:
            return file
        there += found
    why = f"{', '.join(map(str, files))}: no context {context}"
    known = f"there are: {', '.join(there)}" if there else "there is none at all"
    raise FlowError("find the cluster's administrator", why, known, code=ExitCode.USAGE)


def contexts_of(file: Path) -> list[str]:
    """Names of the contexts of a kubeconfig file; none where there is no such file, or it is none."""
    try:
        return [str(one["name"]) for one in _read(file).get("contexts") or ()]
    except (OSError, yaml.YAMLError, LookupError, TypeError, AttributeError):
        return []


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _named(config: Any, kind: str, name: str) -> Any:
    entries: Iterable[Any] = config[kind]
    for entry in entries:
        if entry["name"] == name:
            return entry
    raise LookupError(name)


def _authority(cluster: Any, folder: Path) -> str:
    """In base64; empty where an authority that every machine knows vouches for it."""
    data, file = cluster.get("certificate-authority-data"), cluster.get("certificate-authority")
    if data or not file:
        return str(data or "")
    return base64.b64encode((folder / file).read_bytes()).decode()
