"""``platform.pin``."""

from __future__ import annotations

from invoke import Context, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command
from build_tasks.tasks.session import Session


def pin(session: Session) -> Task:
    """The task."""
    explained = {
        "replace": "accept that a publisher replaced files of a version that is pinned",
        "dry_run": words.DRY_RUN,
        "json": words.JSON,
    }

    @command(help=explained)
    @session.boundary
    def pin(context: Context, replace: bool = False, dry_run: bool = False, json: bool = False) -> None:
        """Write platform.lock from publishers' checksum files and registries: what of theirs is accepted."""
        from build_tasks.steps.platform.pin import failure
        from build_tasks.steps.platform.pin import pin as read_and_save
        from build_tasks.wiring.pinning import pin_parts

        parts, before = pin_parts(session.composition, dry_run=dry_run)
        news = read_and_save(parts, before, replaced=replace)
        if json:
            session.answers.show_json(news)
        else:
            rows = [[one.what, one.version, one.state.value, one.about] for one in news]
            session.answers.show_table(["what", "version", "pin", "for, digest, or reason"], rows)
        error = failure(news)
        if error is not None:
            raise error

    return pin
