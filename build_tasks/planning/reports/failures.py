"""What a reader is shown of a run that failed: its failures first, what they add up to last."""

from __future__ import annotations

from collections.abc import Iterator

from build_tasks.model.tests import TestCase, TestSummary

#: Failures that are shown with their lines; of more than that the first ones are the cause, mostly.
IN_FULL = 10


def failure_lines(summary: TestSummary, in_full: int = IN_FULL) -> Iterator[str]:
    """Lines of text, the summary line last.

    A failure is a line ``path:12: FAILED title``, as compilers write them, so that terminals and editors find
    the place, and below it, indented, the lines of its message that matter.

    :param in_full: from the next failure on there is only that one line.
    """
    for number, case in enumerate(summary.failures):
        yield _headline(case)
        if number < in_full:
            yield from (f"  {line}" for line in case.excerpt)
    yield summary.line


def _headline(case: TestCase) -> str:
    line = f":{case.line}" if case.line else ""
    place = f"{case.file}{line}: " if case.file else ""
    return f"{place}{case.result.value.upper()} {case.title}"
