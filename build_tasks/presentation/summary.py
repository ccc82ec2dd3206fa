"""What became of a CI job's plan: as Markdown for a CI system's own page, or as plain lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from build_tasks.model.account import Annotation, Ending, RunAccount, StepAccount
from build_tasks.presentation.plain_text import duration, printable, without_ci_commands

#: Lines of a failed test, failed tests, and remarks on a step that are shown; the log has all of them.
_LINES, _TESTS, _REMARKS = 12, 50, 6
#: Markdown's own characters, and HTML's.
_MARKDOWN = {character: f"\\{character}" for character in "\\`*_[]|~$"} | {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
}
_MARKS = {
    Ending.DONE: "✅",
    Ending.UNCHANGED: "✅",
    Ending.FAILED: "❌",
    Ending.INTERRUPTED: "❌",
    Ending.NOT_REACHED: "➖",
}


def markdown(task: str, account: RunAccount) -> str:
    """GitHub's flavour, of which Azure's page shows nearly all.

    :param task: what was run, ``ci.run``.
    """
    parts = [f"## {'✅' if account.went_well else '❌'} {task}: {_escaped(account.because)}"]
    if account.steps:
        rows = [_step_row(step) for step in account.steps]
        parts.append(_table(["step", "outcome", "time", "remarks"], rows))
    else:
        parts.append("Nothing to do.")
    if account.tests:
        counts = [
            [_escaped(t.service), str(t.passed), str(t.failed), str(t.skipped), duration(t.seconds)]
            for t in account.tests
        ]
        parts.append(_table(["tests", "passed", "failed", "skipped", "time"], counts))
    parts += [_broken(test) for test in account.broken[:_TESTS]]
    if len(account.broken) > _TESTS:
        parts.append(f"... and {len(account.broken) - _TESTS} failed tests more.")
    if account.skipped:
        parts.append("\n".join(f"- skipped: {_escaped(skipped)}" for skipped in account.skipped))
    if account.following:
        parts.append("\n".join(["Next:", "```", *map(printable, account.following), "```"]))
    return "\n\n".join(parts) + "\n"


def plain(task: str, account: RunAccount) -> Iterator[str]:
    """The same in lines."""
    yield f"{task}: {account.because}"
    for step in account.steps:
        yield f"  {step.title}: {step.ending.value}{_took(step)}"
        if step.ending is Ending.FAILED:
            yield from (f"    {remark}" for remark in step.remarks[-1:])
    if not account.steps:
        yield "  nothing to do"
    for tests in account.tests:
        counts = f"{tests.passed} passed, {tests.failed} failed, {tests.skipped} skipped"
        yield f"  tests of {tests.service}: {counts} in {duration(tests.seconds)}"
    yield from (f"  FAILED {test.title}{_place(test)}" for test in account.broken)
    yield from (f"  skipped {skipped}" for skipped in account.skipped)
    yield from (f"  next: {command}" for command in account.following)


def _step_row(step: StepAccount) -> list[str]:
    remarks = [line for remark in step.remarks for line in remark.splitlines() if line.strip()]
    shown = [_escaped(line.strip()) for line in remarks[:_REMARKS]]
    if len(remarks) > _REMARKS:
        shown.append("...")
    outcome = f"{_MARKS[step.ending]} {step.ending.value}"
    text = "<br>".join(shown or [_escaped(step.reason)])
    return [_escaped(step.title), outcome, _took(step).strip(), text]


def _took(step: StepAccount) -> str:
    return "" if step.ending is Ending.NOT_REACHED else f" {duration(step.seconds)}"


def _broken(test: Annotation) -> str:
    lines = [f"    {printable(line)}" for line in test.message.splitlines()]
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], "    ..."]
    return "\n".join([f"❌ {_escaped(test.title)}{_escaped(_place(test))}", "", *lines])


def _place(test: Annotation) -> str:
    if not test.file:
        return ""
    return f" ({test.file}:{test.line})" if test.line else f" ({test.file})"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _escaped(text: str) -> str:
    """One line of text that means nothing to Markdown."""
    safe = without_ci_commands(printable(text.replace("\n", " ")))
    return "".join(_MARKDOWN.get(character, character) for character in safe)
