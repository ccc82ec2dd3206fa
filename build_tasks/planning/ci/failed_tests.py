"""What a CI system shows of a failed test."""

from __future__ import annotations

from build_tasks.model.account import Annotation, Level
from build_tasks.model.tests import TestCase


def annotation_of(case: TestCase) -> Annotation:
    """The lines that matter, at the place in the repository that was found for it."""
    message = "\n".join(case.excerpt) or case.message or "failed without a word"
    return Annotation(Level.ERROR, message, case.title, case.file, case.line)
