"""Where in the repository a failed test stands: what runs in a container calls its files otherwise."""

from __future__ import annotations

import re
from collections.abc import Collection
from posixpath import normpath

from build_tasks.model.account import Annotation, Level
from build_tasks.model.tests import TestCase

#: A place in a framework's message: ``tests/test_api.py:12: AssertionError``, ``❯ tests/checks.ts:3:13``.
_PLACE = re.compile(
    r"(?<![\w./:@-])(?P<file>/?[\w.@-][\w./@-]{0,300}\.\w{1,8}):(?P<line>[0-9]{1,9})(?![\w.])"
)
#: Files of libraries, languages and test frameworks: one may be called like one of ours.
_FOREIGN = re.compile(r"(^|/)(site-packages|dist-packages|node_modules)/|/lib/python3|^(/usr/|node:)")


def annotation_of(case: TestCase, files: Collection[str], folder: str) -> Annotation:
    """What a CI system shows of a failed test.

    :param files: those that its service is made of, from the repository's root.
    :param folder: the service's own.
    """
    file, line = _place(case, files, folder)
    return Annotation(Level.ERROR, case.message or "failed without a word", case.title, file, line)


def _place(case: TestCase, files: Collection[str], folder: str) -> tuple[str, int]:
    reported = in_repository(case.file, files, folder) if case.file else ""
    if reported and case.line:
        return reported, case.line
    for found in _PLACE.finditer(case.message):
        file = in_repository(found["file"], files, folder)
        if file and (not reported or file == reported):
            return file, int(found["line"])
    return reported, 0


def in_repository(reported: str, files: Collection[str], folder: str) -> str:
    """The file that a report means: the one whose path ends as the reported one does, as far as possible.

    :returns: its path from the repository's root; empty if there is none, or it could be several.
    """
    path = reported.replace("\\", "/").removeprefix("file://")
    if _FOREIGN.search(path):
        return ""
    parts = normpath(path).strip("/").split("/")
    for start in range(len(parts)):
        tail = "/".join(parts[start:])
        found = [file for file in files if file == tail or file.endswith(f"/{tail}")]
        own = [file for file in found if file.startswith(f"{folder}/")]
        for candidates in (own, found):
            if len(candidates) == 1:
                return candidates[0]
        if found:
            return ""
    return ""
