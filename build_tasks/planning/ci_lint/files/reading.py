"""Reading a pipeline file so that what comes of it is safe to walk.

Files that are too large, too deep, or whose anchors expand to more than a machine holds, are refused here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from build_tasks.model.ci_lint import LintFinding, LintRule
from build_tasks.planning import yaml_lines
from build_tasks.planning.ci_lint.files.documents import MERGE, Yaml

#: GitLab takes files up to 2 MiB, and nobody writes a tenth of this.
LARGEST = 512 * 1024
#: Values that a file may hold once its anchors are expanded, and how deep they may lie.
_MOST_VALUES, _DEEPEST = 100_000, 40
_TOO_DEEP = f"it is nested more than {_DEEPEST} deep"


@dataclass(frozen=True)
class Document:
    """:param root: None for a file that holds nothing or cannot be read, which ``findings`` then says."""

    root: Yaml | None
    findings: tuple[LintFinding, ...] = ()


def read(content: bytes, file: str) -> Document:
    """Read a pipeline file.

    GitLab's files may begin with a document of their own, a header (``spec:``); what counts comes after it
    (https://docs.gitlab.com/ci/yaml/#header-keywords).
    """
    if len(content) > LARGEST:
        return _refused(file, 1, f"it is larger than {LARGEST // 1024} KiB, which no pipeline is")
    try:
        text = content.decode("utf-8-sig")
        nodes = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
        for node in nodes:
            _extent(node, {})
    except UnicodeDecodeError as error:
        return _refused(file, content.count(b"\n", 0, error.start) + 1, "it is not UTF-8")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return _refused(file, mark.line + 1 if mark else 1, f"not YAML: {error.problem or error.context}")
    except yaml.YAMLError as error:
        return _refused(file, 1, f"not YAML: {str(error).splitlines()[0]}")
    except RecursionError:
        return _refused(file, 1, _TOO_DEEP)
    except _TooMuch as error:
        return _refused(file, error.line, str(error))
    if not nodes:
        return Document(None)
    root = nodes[-1] if yaml_lines.entry(nodes[0], "spec") else nodes[0]
    return Document(Yaml(root, file), tuple(_duplicates(root, file)))


class _TooMuch(Exception):
    def __init__(self, node: yaml.Node, message: str) -> None:
        super().__init__(message)
        self.line = yaml_lines.line(node)


def _extent(node: yaml.Node, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """How many values a node stands for, anchors expanded, and how deep; each node is looked at once."""
    if id(node) not in known:
        known[id(node)] = (0, 0)
        below = [_extent(child, known) for child in _children(node)]
        count, depth = 1 + sum(count for count, _ in below), 1 + max((depth for _, depth in below), default=0)
        if (0, 0) in below:
            raise _TooMuch(node, "an anchor that holds itself")
        if count > _MOST_VALUES:
            raise _TooMuch(node, f"it holds more than {_MOST_VALUES:,} values, anchors expanded")
        if depth > _DEEPEST:
            raise _TooMuch(node, _TOO_DEEP)
        known[id(node)] = (count, depth)
    return known[id(node)]


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _duplicates(root: yaml.Node, file: str) -> Iterator[LintFinding]:
    seen, waiting = set[int](), [root]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            waiting += _children(node)
            yield from _twice(node, file)


def _twice(node: yaml.Node, file: str) -> Iterator[LintFinding]:
    first: dict[str, int] = {}
    for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
        if not isinstance(key, yaml.ScalarNode) or key.tag == MERGE:
            continue
        line = yaml_lines.line(key)
        if key.value in first:
            message = f"the key {key.value!r} stands on line {first[key.value]} already: one of them is lost"
            yield LintFinding(file, line, LintRule.DUPLICATE_KEY, message, "keep one")
        first.setdefault(key.value, line)


def _refused(file: str, line: int, why: str) -> Document:
    fix = "correct it: nothing in it was judged"
    return Document(None, (LintFinding(file, line, LintRule.UNREADABLE, why, fix),))
