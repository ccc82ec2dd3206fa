"""From a script to the steps that are judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from build_tasks.planning.ci_lint.commands.deeds import Done, done_by
from build_tasks.planning.ci_lint.commands.shell import commands, filled_in
from build_tasks.planning.ci_lint.files.documents import Place, Yaml
from build_tasks.planning.ci_lint.pipelines import Occasion, Step

#: Gives a variable's text, where it is the same in every run.
Texts = Callable[[str], str | None]


def script_steps(
    script: Yaml, occasions: frozenset[Occasion], texts: Texts, folder: str = ""
) -> Iterator[Step]:
    """The steps of a script, each on its own line where the file's lines are the script's.

    :param folder: where it runs; commands after a `cd` run elsewhere, too.
    """
    folders = {folder.rstrip("/")} - {""}
    for number, words in commands(filled_in(script.text, texts)):
        if words[0] == "cd" and len(words) > 1:
            folders.add(words[1].rstrip("/"))
        place = script.place
        if script.is_block:
            place = Place(place.file, place.line + 1 + number)
        for done in done_by(words):
            names = done.names | folders | {f"{one}/{name}" for one in folders for name in done.names}
            yield from judged_steps([replace(done, names=names)], place, occasions)


def judged_steps(done: Iterable[Done], place: Place, occasions: frozenset[Occasion]) -> Iterator[Step]:
    """What was done, as steps at a place."""
    yield from (Step(one.deed, place, occasions, frozenset(one.names), one.detail) for one in done)
