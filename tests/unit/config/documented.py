"""The rows that docs/configuration.md must have, made from the code's own schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from build_tasks.config.schema import NOT_BLANK, Address, Label, Name, PathPattern, RelativePath, json_schema

HEADER = "| key | type | default | example | meaning |"
_PATTERNS = {
    msgspec.json.schema(kind)["pattern"]: word
    for kind, word in (
        (Name, "name"),
        (Label, "label"),
        (RelativePath, "path"),
        (PathPattern, "pattern"),
        (Address, "URL"),
    )
} | {r"^\S+$": "text without blanks", NOT_BLANK: "text, not blank", r"^\d{4}-\d{2}-\d{2}$": "day"}
_WORDS = {"string": "text", "boolean": "`true` or `false`"}
Schema = Mapping[str, Any]


def rows(kind: type[msgspec.Struct]) -> list[str]:
    """One row of the table for each key of a file, in the order of the code."""
    schema: Schema = json_schema(kind)
    return [_row(key, field, required) for key, field, required in _fields(schema, schema, "")]


def _fields(root: Schema, schema: Schema, prefix: str) -> Iterator[tuple[str, Schema, bool]]:
    """Every key with its schema, and whether it must be given; tables are gone into."""
    table = root["$defs"][schema["$ref"].rpartition("/")[2]]
    for key, field in table["properties"].items():
        if "$ref" in field:
            yield from _fields(root, field, f"{prefix}{key}.")
        elif "$ref" in field.get("items", {}):
            yield from _fields(root, field["items"], f"{prefix}{key}[].")
        elif "additionalProperties" in field:
            yield from _fields(root, field["additionalProperties"], f"{prefix}{key}.<name>.")
        else:
            yield prefix + key, field, key in table["required"]


def _row(key: str, field: Schema, required: bool) -> str:
    default = "required" if required else f"`{toml(field['default'])}`"
    [example] = field["examples"]
    cells = (f"`{key}`", _type(field), default, f"`{toml(example)}`", field["description"])
    return f"| {' | '.join(cells)} |"


def toml(value: object) -> str:
    """A value as TOML writes it; for these types JSON writes the same."""
    return json.dumps(value)


def _type(field: Schema) -> str:
    if "enum" in field:
        return " or ".join(f"`{toml(value)}`" for value in field["enum"])
    if field["type"] == "array":
        least = f", at least {field['minItems']}" if "minItems" in field else ""
        plural = "" if "enum" in field["items"] else "s"
        return f"list of {_type(field['items'])}{plural}{least}"
    if field["type"] == "integer":
        return f"whole number, {field['minimum']} to {field['maximum']}"
    return _PATTERNS.get(field.get("pattern", ""), _WORDS[field["type"]])
