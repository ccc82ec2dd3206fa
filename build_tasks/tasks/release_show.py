"""``release.show``: the whole story of a version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from invoke import Context, Task

from build_tasks.tasks import words
from build_tasks.tasks.command import command
from build_tasks.tasks.session import Session
from build_tasks.tasks.session import version as read_version

if TYPE_CHECKING:
    from build_tasks.model.story import Story, ToldEvidence


def show_task(session: Session) -> Task:
    """The task ``show`` of the collection ``release``."""

    @command(
        positional=["service", "version"],
        help={"service": "the service", "version": words.VERSION, "json": words.JSON},
    )
    @session.boundary
    def show(context: Context, service: str, version: str, json: bool = False) -> None:
        """Tell all of a version: commit, tests, scan, SBOM, provenance, approvals, and where it runs."""
        from build_tasks.steps.release.story import release_story

        chosen = read_version(version)
        story = release_story(session.bench, session.service(service), chosen)
        if json:
            session.answers.show_json(story)
        else:
            session.answers.show_text("\n".join(_lines(story)))

    return show


def _lines(story: Story) -> Iterator[str]:
    yield f"{story.service} {story.version}"
    yield f"  image  {story.image}"
    yield f"  chart  {story.chart}"
    yield f"  commit  {story.commit or story.built_from or 'unknown'}"
    if story.commit and story.built_from and story.built_from != story.commit:
        yield f"    its image was first built from {story.built_from}"
    yield f"  cut by  {story.cut_by}" if story.cut_by else f"  cut by nobody who counts: {story.cut_problem}"
    for piece in story.evidence:
        yield from _evidence(piece)
    yield from _decisions(story)
    for copy in story.copies:
        same = copy.image == story.image
        what = "the same image" if same else f"another image, {copy.image}" if copy.image else "not there"
        yield f"  in {copy.place}  {what}"
    yield from _runs(story)
    yield "  evidence  complete" if story.complete else "  evidence  does not do for production"


def _evidence(piece: ToldEvidence) -> Iterator[str]:
    when = f" on {piece.when:%Y-%m-%d %H:%M} UTC" if piece.when else ""
    by = f"  [{piece.builder}{when}]" if piece.builder else ""
    yield f"  {piece.kind}  {piece.says}{by}"
    yield from (f"    NOT ENOUGH: {problem}" for problem in piece.problems)
    yield from (f"    {line}" for line in piece.details)


def _decisions(story: Story) -> Iterator[str]:
    if not story.decisions:
        yield "  decisions  none yet"
    for one in story.decisions:
        said = f": {one.reason}" if one.reason else ""
        until = f", counts until {one.expires:%Y-%m-%d %H:%M} UTC" if one.decision == "approve" else ""
        who = one.by or f"nobody who counts ({one.refusal})"
        yield f"  {one.decision} by {who} on {one.issued:%Y-%m-%d %H:%M} UTC{until}{said}"


def _runs(story: Story) -> Iterator[str]:
    for row in story.deployed:
        state = ["live" if row.live else "deployed", f"{row.ready} ready", "verified" if row.verified else ""]
        other = "" if row.image == story.image else f", as another image: {row.image or 'unknown'}"
        yield f"  runs in {row.environment}  {', '.join(filter(None, state))}{other}"
    if not story.deployed:
        yield "  runs nowhere that answers" if story.unknown else "  runs nowhere"
    yield from (f"  not asked: {name}: {why}" for name, why in story.unknown.items())
