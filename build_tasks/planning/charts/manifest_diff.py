"""From what runs to what would run: objects compared, whatever order and style their text has."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from typing import Any

import yaml

from build_tasks.model.images import Digest
from build_tasks.planning.charts.documents import HOOK, documents, within

#: Unchanged lines that are shown around changed ones.
_AROUND = 2
_HIDDEN, _CHANGED = "(hidden)", "(hidden; another value)"


def manifests_digest(stream: str) -> Digest:
    """A digest of what a YAML stream says, without hooks; empty lines, order and style do not matter."""
    said = yaml.safe_dump(_objects(stream), sort_keys=True)
    return Digest("sha256:" + hashlib.sha256(said.encode()).hexdigest())


def manifest_diff(before: str, after: str, names: tuple[str, str]) -> tuple[str, ...]:
    """A unified diff, object by object; empty if there is no difference.

    Nothing of a Secret is shown but its keys, and which of their values differ.

    :param before: what runs, a YAML stream; empty if nothing does.
    :param names: the releases. The first one's name is taken for the second's: that a version's objects are
        called after it is no difference between two versions.
    """
    old, new = _objects(_renamed(before, *names)), _objects(after)
    lines: list[str] = []
    for name in sorted({*old, *new}):
        shown = _concealed(old.get(name), new.get(name)) if name.startswith("Secret/") else None
        one, other = shown or (old.get(name), new.get(name))
        ends = (f"{name} (runs)" if one else "(nothing)", f"{name} (planned)" if other else "(nothing)")
        lines += unified_diff(_lines(one), _lines(other), *ends, lineterm="", n=_AROUND)
    return tuple(lines)


def _renamed(stream: str, name: str, new: str) -> str:
    """The name where it stands alone or begins another one; v1-0-1 does not begin v1-0-10."""
    return re.sub(rf"(?<![a-z0-9-]){re.escape(name)}(?![a-z0-9])", new, stream) if name else stream


def _objects(stream: str) -> dict[str, Mapping[str, Any]]:
    """The objects of a stream by kind and name, hooks left out: Helm keeps them apart."""
    found = [within(document.content) for document in documents(stream)]
    return {
        f"{manifest.get('kind')}/{within(manifest, 'metadata').get('name')}": manifest
        for manifest in found
        if HOOK not in within(manifest, "metadata", "annotations")
    }


def _lines(manifest: Mapping[str, Any] | None) -> list[str]:
    return yaml.safe_dump(manifest, sort_keys=True).splitlines() if manifest else []


def _concealed(
    old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """Both, with keys instead of what is secret."""
    before = dict(_values(old)) if old else {}
    after = dict(_values(new)) if new else {}
    hidden = {key: _HIDDEN for key in before}
    differ = {key: _HIDDEN if before.get(key, value) == value else _CHANGED for key, value in after.items()}
    return (_shell(old, hidden) if old else None), (_shell(new, differ) if new else None)


def _values(secret: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Every value, also those that annotations carry (kubectl keeps whole objects there)."""
    for place in (("data",), ("stringData",), ("metadata", "annotations")):
        for key, value in within(secret, *place).items():
            yield ".".join((*place, str(key))), value


def _shell(secret: Mapping[str, Any], hidden: Mapping[str, str]) -> Mapping[str, Any]:
    metadata = {k: v for k, v in within(secret, "metadata").items() if k != "annotations"}
    return {
        "kind": "Secret",
        "type": secret.get("type", "Opaque"),
        "metadata": metadata,
        "values": dict(hidden),
    }
