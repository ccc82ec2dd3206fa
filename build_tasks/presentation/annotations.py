"""Errors and warnings in the form that a CI system shows beside the log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from build_tasks.errors import FlowError
from build_tasks.model.account import Annotation, Level
from build_tasks.model.ci import CiSystem, RunBy
from build_tasks.presentation.plain_text import printable, without_ci_commands
from build_tasks.presentation.sink import TakesLines

#: GitHub cuts longer messages off (actions/runner, ExecutionContext.cs), escaped or not.
_LONGEST = 4000
#: ``services/delivery/service.toml:3: kind: ...``, as errors in configuration are told.
_LOCATED = re.compile(r"(?P<file>[\w.-][\w./-]*):(?P<line>[1-9][0-9]{0,8}): (?P<message>.+)")

#: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts; the percent sign comes first.
_GITHUB = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_GITHUB_PROPERTY = {**_GITHUB, ":": "%3A", ",": "%2C"}
#: https://github.com/microsoft/azure-pipelines-task-lib/blob/master/node/taskcommand.ts
_AZURE = {"%": "%AZP25", "\r": "%0D", "\n": "%0A", "]": "%5D", ";": "%3B"}


def annotation_line(ci: RunBy, annotation: Annotation) -> str | None:
    """The line that this CI shows as an annotation; None where there is no such form (GitLab, a shell)."""
    safe = replace(
        annotation,
        message="\n".join(map(_safe, annotation.message.splitlines()))[:_LONGEST],
        title=_safe(annotation.title),
        file=_safe(annotation.file),
    )
    match ci:
        case CiSystem.GITHUB:
            return _github(safe)
        case CiSystem.AZURE:
            return _azure(safe)
    return None


def azure_command(name: str, properties: Mapping[str, str], data: str) -> str:
    """https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands"""
    written = "".join(f"{key}={_escaped(value, _AZURE)};" for key, value in properties.items() if value)
    return f"##vso[{name}{' ' if written else ''}{written}]{_escaped(data, _AZURE)}"


def annotating(ci: RunBy, sink: TakesLines) -> Callable[[Annotation], None]:
    """Writes annotations to a sink; nothing where the CI has none."""

    def annotate(annotation: Annotation) -> None:
        line = annotation_line(ci, annotation)
        if line is not None:
            sink.line(line)

    return annotate


def annotations_of(error: FlowError) -> Iterator[Annotation]:
    """An error: each line of it that names a place in a file by itself, what is left as one."""
    left = []
    for line in error.why.splitlines():
        found = _LOCATED.fullmatch(line.strip())
        if found and ".." not in found["file"]:
            yield Annotation(Level.ERROR, found["message"], error.what, found["file"], int(found["line"]))
        else:
            left.append(line)
    if left:
        fix = [f"to do: {error.fix}"] if error.fix else []
        yield Annotation(Level.ERROR, "\n".join([*left, *fix]), error.what)


def _github(annotation: Annotation) -> str:
    """https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message"""
    line = str(annotation.line) if annotation.file and annotation.line else ""
    given = {"file": annotation.file, "line": line, "title": annotation.title}
    properties = ",".join(
        f"{key}={_escaped(value, _GITHUB_PROPERTY)}" for key, value in given.items() if value
    )
    space = " " if properties else ""
    return f"::{annotation.level.value}{space}{properties}::{_escaped(annotation.message, _GITHUB)}"


def _azure(annotation: Annotation) -> str:
    """A ``task.logissue``; it has no title of its own."""
    line = str(annotation.line) if annotation.file and annotation.line else ""
    properties = {"type": annotation.level.value, "sourcepath": annotation.file, "linenumber": line}
    title = f"{annotation.title}: " if annotation.title else ""
    return azure_command("task.logissue", properties, title + annotation.message)


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    for character, escape in escapes.items():
        text = text.replace(character, escape)
    return text


def _safe(text: str) -> str:
    return without_ci_commands(printable(text))
