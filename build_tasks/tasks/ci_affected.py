"""``ci.affected``: which services a change concerns, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoke import Context, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command
from build_tasks.tasks.session import Session

if TYPE_CHECKING:
    from build_tasks.model.affected import Assessment

#: Paths that are listed for people.
_SHOWN = 10


def affected(session: Session) -> Task:
    """The task."""

    @command(
        help={
            "base": "commit or ref to compare with (default: main; of a commit of main, the one before it)",
            "head": "the commit whose changes are meant, since it left base (default: the one checked out)",
            "json": words.JSON,
        }
    )
    @session.boundary
    def affected(context: Context, base: str = "", head: str = "HEAD", json: bool = False) -> None:
        """Which services a change concerns, each with the reason and the path; touch nothing."""
        from build_tasks.steps.ci.affected import assess

        composition = session.composition
        found = assess(composition.checkout, base, head, composition.checkout_at)
        if json:
            session.answers.show_json(_document(found))
        else:
            _show(session, found)

    return affected


def _document(found: Assessment) -> dict[str, object]:
    """What --json prints; docs/affected.md describes it."""
    return {
        "base": found.base,
        "head": found.head,
        "changed": found.changed,
        "services": [
            {"service": one.service, "reason": one.reason, "path": one.path, "because": one.because}
            for one in found.services
        ],
        "unclaimed": found.unclaimed,
    }


def _show(session: Session, found: Assessment) -> None:
    answers = session.answers
    if found.services:
        rows = [[one.service, one.reason, one.because] for one in found.services]
        answers.show_table(["service", "reason", "why"], rows)
    since = f"{_paths(found.changed)} changed since {found.base[:12]}"
    counted = since if found.base else "there was nothing to compare with"
    answers.show_line(f"{len(found.services)} of {found.of} services; {counted}")
    for path in found.unclaimed[:_SHOWN]:
        answers.show_line(f"no service is built from {path}")
    if len(found.unclaimed) > _SHOWN:
        answers.show_line(f"nor from {len(found.unclaimed) - _SHOWN} others (--json lists them)")


def _paths(number: int) -> str:
    return "1 path" if number == 1 else f"{number} paths"
