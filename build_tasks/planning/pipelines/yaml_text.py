"""YAML with comments, for readers as much as for machines.

The usual dumpers lose comments, and what keeps them (ruamel.yaml) would be one more library in every
installation. The few forms that pipelines need are written here; every text is quoted unless the parser reads
it back as the same text, and a test reads whole documents back.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import yaml

#: Lines of comments end here.
_WIDTH = 110
#: A list of texts is written on one line up to this length.
_FLOW = 76
#: What may stand without quotes, provided that YAML reads it back as it is (`yes` it does not).
_PLAIN = re.compile(r"[A-Za-z$./_][^\n\r\t\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]*")
_PLAIN_IN_LIST = re.compile(r"[A-Za-z./_][\w./*-]*", re.ASCII)


@dataclass(frozen=True)
class Said:
    """A value with words for the reader.

    :param above: a comment in lines of its own, above the key or the list's item.
    :param beside: a comment at the end of the line; for texts, numbers and truth values.
    """

    value: Node
    above: str = ""
    beside: str = ""


@dataclass(frozen=True)
class Apart:
    """Entries (of a mapping or a list) with an empty line between them."""

    entries: Sequence[Node] | Mapping[str, Node]


Scalar: TypeAlias = str | int | bool
Node: TypeAlias = "Scalar | Sequence[Node] | Mapping[str, Node] | Said | Apart"


def document(header: str, tree: Mapping[str, Node]) -> str:
    """A YAML document: a comment, then the tree, whose keys stand apart."""
    return "\n".join([*comment(header, 0), "", *_mapping(tree, 0, apart=True)]) + "\n"


def plain(node: Node) -> object:
    """The tree without its comments: what a parser makes of the document."""
    match node:
        case Said():
            return plain(node.value)
        case Apart():
            return plain(node.entries)
        case Mapping():
            return {key: plain(value) for key, value in node.items()}
        case str() | int():
            return node
        case _:
            return [plain(item) for item in node]


def comment(text: str, indent: int) -> list[str]:
    """Comment lines; an empty line of the text separates paragraphs."""
    width = _WIDTH - indent - 2
    lines: list[str] = []
    for paragraph in text.split("\n\n") if text else []:
        lines += ["#"] if lines else []
        for line in paragraph.split("\n"):
            wrapped = textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
            lines += [f"# {part}" for part in wrapped]
    return [" " * indent + line for line in lines]


def _mapping(tree: Mapping[str, Node], indent: int, *, apart: bool = False) -> Iterator[str]:
    for number, (key, node) in enumerate(tree.items()):
        said = node if isinstance(node, Said) else Said(node)
        yield from [""] * (apart and number > 0)
        yield from comment(said.above, indent)
        yield from _after(" " * indent + _key(key) + ":", said, indent)


def _items(items: Sequence[Node], indent: int, *, apart: bool = False) -> Iterator[str]:
    for number, node in enumerate(items):
        said = node if isinstance(node, Said) else Said(node)
        yield from [""] * (apart and number > 0)
        yield from comment(said.above, indent)
        if isinstance(said.value, Mapping) and said.value:
            first, *rest = _mapping(said.value, indent + 2)
            yield " " * indent + "- " + first.removeprefix(" " * (indent + 2))
            yield from rest
        else:
            yield from _after(" " * indent + "-", said, indent)


def _after(start: str, said: Said, indent: int) -> Iterator[str]:
    """The value after ``key:`` or ``-``."""
    value, beside = said.value, f" # {said.beside}" if said.beside else ""
    match value:
        case bool() | int():
            yield f"{start} {json.dumps(value)}{beside}"
        case str() if _in_block(value):
            yield f"{start} |" if value.endswith("\n") else f"{start} |-"
            yield from (" " * (indent + 2) + line if line else "" for line in value.splitlines())
        case str():
            yield f"{start} {_text(value)}{beside}"
        case Said():
            raise TypeError("words about words")
        case Apart() if value.entries:
            yield from [start, *_entries(value.entries, indent + 2, apart=True)]
        case Apart():
            yield from _after(start, Said(value.entries), indent)
        case Mapping():
            yield from [start, *_entries(value, indent + 2)] if value else [f"{start} {{}}"]
        case _ if (flow := _flow(value)) is not None:
            yield f"{start} {flow}"
        case _:
            yield from [start, *_entries(value, indent + 2)]


def _entries(
    entries: Sequence[Node] | Mapping[str, Node], indent: int, *, apart: bool = False
) -> Iterator[str]:
    if isinstance(entries, Mapping):
        return _mapping(entries, indent, apart=apart)
    return _items(entries, indent, apart=apart)


def _flow(items: Sequence[Node]) -> str | None:
    """``[a, b]`` if all are texts that need no quotes, and it is short; None otherwise."""
    texts = [item for item in items if isinstance(item, str) and _PLAIN_IN_LIST.fullmatch(item) and _is(item)]
    line = f"[{', '.join(texts)}]"
    return line if len(texts) == len(items) and len(line) <= _FLOW else None


def _in_block(text: str) -> bool:
    """Several lines that a literal block scalar (YAML 1.2.2, 8.1.2) gives back as they are."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 2 or not lines[0] or not lines[-1] or lines[0].startswith(" "):
        return False
    return all(line.isprintable() and not line.isspace() for line in lines)


def _key(text: str) -> str:
    # `on` is a word of YAML 1.1 alone, and GitHub's own documents write it so.
    return text if text == "on" else _text(text)


def _text(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and _is(text) else _quoted(text)


def _quoted(text: str) -> str:
    """Double quotes: JSON's escapes are YAML's, but for characters that JSON writes as two."""
    return re.sub("[^ -~]", lambda one: f"\\U{ord(one[0]):08x}", json.dumps(text, ensure_ascii=False))


@lru_cache(maxsize=1024)
def _is(text: str) -> bool:
    """Whether YAML reads the text, without quotes, as that text: as a value and as a key."""
    if text in ("y", "n", "Y", "N"):  # truth values of YAML 1.1 that PyYAML reads as texts
        return False
    try:
        value, key = yaml.safe_load(f"key: {text}"), yaml.safe_load(f"{text}: value")
    except yaml.YAMLError:
        return False
    return bool(value == {"key": text} and key == {text: "value"})
