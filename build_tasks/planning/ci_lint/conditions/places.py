"""Where the conditions of Azure's and GitHub's files stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from build_tasks.planning.ci_lint.conditions.expressions import Constant, Expression, Unclear
from build_tasks.planning.ci_lint.conditions.reading import read_calls
from build_tasks.planning.ci_lint.files.documents import Place, Yaml

_KEYS = {"condition", "if"}
_WRAPPED = re.compile(r"\$\{\{(.*?)\}\}|\$\[(.*?)\]$", re.S)
_INSERTED = re.compile(r"\$\{\{\s*(?:if|elseif)\s+(.*?)\}\}", re.S)


def azure_condition(text: str) -> Expression:
    """A ``condition:``, or a key ``${{ if ... }}`` over what it inserts; unclear if it is neither."""
    inserted = _INSERTED.fullmatch(text.strip())
    return _read(inserted[1] if inserted else text)


def github_condition(text: str) -> Expression:
    """An ``if:``, with or without ``${{ }}`` around it.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idif
    """
    wrapped = re.fullmatch(r"\s*\$\{\{(.*)\}\}\s*", text, re.S)
    return _read(wrapped[1] if wrapped and "${{" not in wrapped[1] else text)


def conditions_in(root: Yaml) -> Iterator[tuple[Expression, Place]]:
    """Every condition of a file: its keys ``condition`` and ``if``, and what is filled in anywhere."""
    waiting, seen = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node.node) in seen:
            continue
        seen.add(id(node.node))
        for key, value in node.entries():
            waiting += [key, value]
            if key.text in _KEYS and "${{" not in value.text:
                yield _read(value.text), value.place
        waiting += node.items()
        for wrapped in _WRAPPED.finditer(node.text):
            inside = str(wrapped[1] or wrapped[2])
            yield azure_condition(f"${{{{{inside}}}}}") if "if " in inside[:9] else _read(inside), node.place


def _read(text: str) -> Expression:
    if not text.strip():
        return Constant(True)
    try:
        return read_calls(text)
    except ValueError:
        return Unclear()
