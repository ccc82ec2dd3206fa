"""Where something stands in a YAML file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import yaml

#: libyaml's, where PyYAML was built with it: twelve times as fast.
_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@lru_cache(maxsize=64)
def composed(text: str) -> yaml.Node | None:
    """The file's first document with its positions; None if it is empty. To be read, not to be changed.

    :raises yaml.MarkedYAMLError: it is not YAML.
    """
    try:
        return yaml.compose(text, Loader=_FAST)
    except yaml.YAMLError:  # its own words say more, and where it begins
        return yaml.compose(text, Loader=yaml.SafeLoader)


def line(node: yaml.Node) -> int:
    """The line a node begins on, from 1."""
    return node.start_mark.line + 1


def entry(node: yaml.Node | None, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    """A key of a mapping and its value, as nodes."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next(((name, value) for name, value in pairs if name.value == key), None)


def deepest(text: str, path: Sequence[str]) -> tuple[int, int]:
    """How far a path of keys leads, and the line it ends on.

    :returns: number of keys that are there, and the line of the last of them; ``(0, 1)`` for none, also where
        the text is not YAML.
    """
    try:
        node = composed(text)
    except yaml.YAMLError:
        return 0, 1
    depth, at = 0, 1
    for key in path:
        found = entry(node, key)
        if found is None:
            break
        depth, at, node = depth + 1, line(found[0]), found[1]
    return depth, at
