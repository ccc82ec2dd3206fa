"""From a failed test to what is shown of it."""

from __future__ import annotations

from dataclasses import replace

from build_tasks.model.tests import TestCase
from build_tasks.planning.reports.excerpts.dotnet import read_dotnet
from build_tasks.planning.reports.excerpts.frames import Excerpt, Where
from build_tasks.planning.reports.excerpts.go import read_go_message
from build_tasks.planning.reports.excerpts.javascript import read_javascript
from build_tasks.planning.reports.excerpts.plain import read_plain
from build_tasks.planning.reports.excerpts.python import read_python

#: Characters of a message that are looked at, half of them from its end; no assertion needs more.
_MOST = 50_000
_WIDEST = 240


def explained(case: TestCase, where: Where) -> TestCase:
    """A failed test with its excerpt, and with its place in the repository where that can be told.

    A place that its report names (attributes of JUnit's XML) counts unless the message has one of ours: that
    is where it failed, the attributes may say where the test begins.
    """
    found = _excerpt(case.message, case.suite, where)
    lines = tuple(line if len(line) <= _WIDEST else f"{line[:_WIDEST]}..." for line in found.lines)
    if found.ours or not case.file:
        return replace(case, excerpt=lines, file=found.file, line=found.line)
    return replace(case, excerpt=lines, file=where(case.file) or case.file)


def _excerpt(message: str, suite: str, where: Where) -> Excerpt:
    if len(message) > _MOST:
        message = f"{message[: _MOST // 2]}\n...\n{message[-_MOST // 2 :]}"
    message = message.replace("\r\n", "\n")
    return (
        read_python(message, where)
        or read_dotnet(message, where)
        or read_javascript(message, where)
        or read_go_message(message, suite, where)
        or read_plain(message, where)
    )
