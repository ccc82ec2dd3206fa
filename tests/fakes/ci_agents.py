"""What the agents of CI systems understand of a job's output, read as their own sources read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Command:
    """A command that the agent obeys."""

    name: str
    properties: Mapping[str, str] = field(default_factory=dict)
    data: str = ""


def github_commands(output: str) -> list[Command]:
    """https://github.com/actions/runner, Runner.Common/ActionCommand.cs: its new form, then its old."""
    return [command for line in _lines(output) if (command := _github(line)) is not None]


def azure_commands(output: str) -> list[Command]:
    """https://github.com/microsoft/azure-pipelines-agent, Command.cs; and formatting (``##[group]``)."""
    return [command for line in _lines(output) for command in _azure(line)]


def _lines(output: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", output)


def _github(line: str) -> Command | None:
    text = line.lstrip()
    if text.startswith("::") and "::" in text[2:]:
        info, data = text[2:].split("::", 1)
        name, _, properties = info.partition(" ")
        escapes = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}
        return Command(name, _properties(properties, ",", escapes), _unescaped(data, _DATA))
    if "##[" in line and "]" in line.partition("##[")[2]:
        info, data = line.partition("##[")[2].split("]", 1)
        return Command(info.partition(" ")[0], {}, data)
    return None


def _azure(line: str) -> Iterator[Command]:
    for prefix in ("##vso[", "##["):
        if prefix in line and "]" in line.partition(prefix)[2]:
            info, data = line.partition(prefix)[2].split("]", 1)
            name, _, properties = info.partition(" ")
            yield Command(name, _properties(properties, ";", _AZURE), _unescaped(data, _AZURE))
            return


_DATA = {"%0D": "\r", "%0A": "\n", "%25": "%"}
_AZURE = {"%3B": ";", "%0D": "\r", "%0A": "\n", "%5D": "]", "%AZP25": "%"}


def _properties(text: str, separator: str, escapes: Mapping[str, str]) -> dict[str, str]:
    pairs = [part.split("=", 1) for part in text.split(separator) if "=" in part]
    return {name: _unescaped(value, escapes) for name, value in pairs}


def _unescaped(text: str, escapes: Mapping[str, str]) -> str:
    for escape, character in escapes.items():
        text = text.replace(escape, character)
    return text
