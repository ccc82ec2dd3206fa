"""Values of a YAML file that know where they stand."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from build_tasks.planning import yaml_lines

#: The tag of the key ``<<``.
MERGE = "tag:yaml.org,2002:merge"


@dataclass(frozen=True)
class Place:
    """Where something stands; ``line`` counts from 1."""

    file: str
    line: int


@dataclass(frozen=True, eq=False)
class Yaml:
    """A value of a file. Keys are texts; a key that is none (``? [a]: b``) is passed over."""

    node: yaml.Node
    file: str

    @property
    def place(self) -> Place:
        return Place(self.file, yaml_lines.line(self.node))

    @property
    def tag(self) -> str:
        """``!reference``, or YAML's own."""
        return str(self.node.tag)

    @property
    def text(self) -> str:
        """What is written; empty for null and for what is no single value."""
        node = self.node
        return str(node.value) if isinstance(node, yaml.ScalarNode) and not _is_null(node) else ""

    @property
    def is_block(self) -> bool:
        """Written as ``|``, so that its lines are the file's."""
        return isinstance(self.node, yaml.ScalarNode) and self.node.style == "|"

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_null(self) -> bool:
        return _is_null(self.node)

    def items(self) -> list[Yaml]:
        """The values of a list."""
        return [Yaml(node, self.file) for node in self.node.value] if self.is_list else []

    def entries(self) -> list[tuple[Yaml, Yaml]]:
        """Keys and values of a mapping; last those that ``<<`` brings, if no other has their name."""
        found: dict[str, tuple[Yaml, Yaml]] = {}
        merged = list[Yaml]()
        for key, value in self.node.value if self.is_mapping else ():
            if key.tag == MERGE:
                merged += [Yaml(node, self.file) for node in (value.value if _is_list(value) else [value])]
            elif isinstance(key, yaml.ScalarNode):
                found[key.value] = (Yaml(key, self.file), Yaml(value, self.file))
        for other in merged:
            for name, value in other.entries():
                found.setdefault(name.text, (name, value))
        return list(found.values())

    def get(self, *keys: str) -> Yaml | None:
        """The value below these keys; None if there is none."""
        here: Yaml | None = self
        for key in keys:
            here = next((v for k, v in here.entries() if k.text == key), None) if here else None
        return here

    def key(self, name: str) -> Yaml | None:
        """The key itself, for its line."""
        return next((key for key, _ in self.entries() if key.text == name), None)

    def word(self, *keys: str) -> str:
        """The text below these keys; empty if there is none."""
        found = self.get(*keys)
        return found.text if found else ""

    def leaves(self) -> list[Yaml]:
        """A single value, or those of a list and of the lists in it."""
        if self.is_list:
            return [leaf for item in self.items() for leaf in item.leaves()]
        return [] if self.is_mapping or self.is_null else [self]


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _is_list(node: yaml.Node) -> bool:
    return isinstance(node, yaml.SequenceNode)
