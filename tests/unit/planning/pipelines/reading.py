"""Generated files as their systems read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

Tree = dict[str, Any]


class _Loader(yaml.CSafeLoader):
    """YAML 1.2: ``on`` is a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def read(text: str) -> Tree:
    """A file as a tree."""
    tree = yaml.load(text, _Loader)
    assert isinstance(tree, dict)
    return tree


def every(tree: object, key: str) -> Iterator[Any]:
    """Every value of a key, however deep."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name == key:
                yield value
            yield from every(value, key)
    elif isinstance(tree, list):
        for item in tree:
            yield from every(item, key)
