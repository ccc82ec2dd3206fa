"""What Helm rendered: each object with the template that made it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

HOOK = "helm.sh/hook"
Manifest = Mapping[str, Any]
_DOCUMENT = re.compile(r"^---.*$", re.M)
#: libyaml's are ten times as fast, and not in every PyYAML.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_SOURCE = re.compile(r"^# Source: (?P<path>\S+)$", re.M)


@dataclass(frozen=True)
class Document:
    """One YAML document of a rendered chart.

    :param content: an object, if the template is right.
    :param source: its template as Helm names it, ``delivery/templates/deployment.yaml``; empty if not known.
    """

    content: object
    source: str = ""


def documents(rendered: str) -> list[Document]:
    """The documents of ``helm template``'s stream, without empty ones.

    :raises yaml.YAMLError: it is not YAML, which Helm would not have let pass.
    """
    found = []
    for text in _DOCUMENT.split(rendered):
        content = yaml.load(text, Loader=_LOADER)
        source = _SOURCE.search(text)
        if content:
            found.append(Document(content, source["path"] if source else ""))
    return found


def as_yaml(manifest: Manifest) -> str:
    """One document of a stream."""
    return str(yaml.dump(manifest, Dumper=_DUMPER))


def within(manifest: object, *path: str) -> Manifest:
    """What stands at a path; empty where nothing does (YAML's ``labels:`` alone is null)."""
    for key in path:
        manifest = manifest.get(key) if isinstance(manifest, dict) else None
    return manifest if isinstance(manifest, dict) else {}


def is_test(manifest: object) -> bool:
    """Whether `helm test` runs it."""
    hooks = str(within(manifest, "metadata", "annotations").get(HOOK, ""))
    return "test" in (hook.strip() for hook in hooks.split(","))
