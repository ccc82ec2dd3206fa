"""Invoke's command line with this project's exit codes and messages. ``./inv`` runs it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from invoke import Collection, Exit, Program
from invoke import __version__ as invoke_version
from invoke.exceptions import ParseError
from invoke.util import helpline

from build_tasks import __version__
from build_tasks.errors import ExitCode, FlowError
from build_tasks.presentation.answers import answers_on
from build_tasks.presentation.sink import ReaderGone, discard_the_rest
from build_tasks.tasks.boundary import Boundary
from build_tasks.tasks.command import BARE_WORDS
from build_tasks.tasks.names import overlooked

if TYPE_CHECKING:
    from build_tasks.presentation.contents import Chapter


class InvProgram(Program):
    """Plain ``inv`` runs the same tasks; this adds what Invoke leaves out: exit code 2 and a suggestion for
    a mistyped command line, no traceback while the tasks are loaded, the list of tasks when none is given.
    """

    def __init__(self) -> None:
        super().__init__(version=__version__, name="inv", binary="./inv", binary_names=["inv", "./inv"])
        self._boundary = Boundary()

    def parse_core(self, argv: list[str] | None) -> None:
        try:
            super().parse_core(argv)
        except (ParseError, ValueError) as error:
            self._refuse(str(error))
        # Invoke turns it off, so that every start would compile the project anew.
        sys.dont_write_bytecode = False

    def run(self, argv: list[str] | None = None, exit: bool = True) -> None:
        try:
            self._boundary.run(lambda: self._printing(lambda: super(InvProgram, self).run(argv, exit)))
        except Exit as end:
            sys.exit(end.code)

    def create_config(self) -> None:
        self._configure(super().create_config)

    def update_config(self, merge: bool = True) -> None:
        self._configure(lambda: super(InvProgram, self).update_config(merge))

    def parse_collection(self) -> None:
        self._boundary.run(lambda: self._printing(super(InvProgram, self).parse_collection))

    def parse_tasks(self) -> None:
        self.core.unparsed[:] = with_flags(self.core.unparsed, self.collection.task_names)
        try:
            super().parse_tasks()
        except (ParseError, ValueError) as error:
            self._refuse(str(error), self._suggestions(error), self._overlooked(error))

    def parse_cleanup(self) -> None:
        try:
            super().parse_cleanup()
        except ParseError as error:
            self._refuse(str(error), self._suggestions(error), self._overlooked(error))
        except Exit as error:
            if not error.message:
                raise
            self._refuse(error.message)

    def print_version(self) -> None:
        """Ours, and Invoke's."""
        answers_on(sys.stdout).show_line(f"build-tasks {self.version} (Invoke {invoke_version})")

    def no_tasks_given(self) -> None:
        """``./inv`` alone is a newcomer's first question: how to use it, and what there is."""
        answers_on(sys.stdout).show_text(
            f"Usage: {self.binary} TASK [its flags] ...   ({self.binary} --help TASK shows its flags)\n\n"
        )
        self.list_tasks()
        raise Exit

    def list_flat(self) -> None:
        """``--list``, in the order of the work; ``--list NAME`` and the other formats stay Invoke's own."""
        if self.list_root or self.list_depth:
            super().list_flat()
            return
        from build_tasks.presentation.contents import show_contents

        show_contents([chapter for chapter in _chapters("", self.collection) if chapter.tasks], sys.stdout)

    def _printing(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BrokenPipeError:  # Invoke prints --help and completions without asking us
            discard_the_rest(sys.stdout)
            raise ReaderGone from None

    def _configure(self, read: Callable[[], None]) -> None:
        try:
            read()
        except Exception as error:  # Invoke's own files: whatever is wrong there, a user wrote it
            self._refuse(f"Invoke cannot read its configuration: {error}")

    def _refuse(self, why: str, suggestions: Iterable[str] = (), hint: str = "") -> NoReturn:
        meant = " or ".join(f"`{name}`" for name in suggestions)
        fix = f"{hint}. " if hint else f"did you mean {meant}? " if meant else ""
        error = FlowError(
            "read the command line",
            why,
            f"{fix}`{self.binary} --list` shows all tasks, `{self.binary} --help TASK` the flags of one",
            code=ExitCode.USAGE,
        )

        def fail() -> NoReturn:
            raise error

        self._boundary.run(fail)
        raise Exit(code=int(ExitCode.USAGE))

    def _suggestions(self, error: Exception) -> list[str]:
        given = _quoted(error)
        context = getattr(error, "context", None)
        if given.startswith("-") and context is not None:
            return get_close_matches(given, list(context.flags), n=2)
        return similar_tasks(given, self._known_tasks())

    def _known_tasks(self) -> list[str]:
        """All there are: tasks.py makes no others than those that what was typed may mean."""
        typed, sys.argv[1:] = sys.argv[1:], []
        try:
            self.load_collection()
        finally:
            sys.argv[1:] = typed
        return [*self.collection.task_names]

    def _overlooked(self, error: Exception) -> str:
        """That the service in the name of a task is a folder that is none yet; else empty."""
        name, root = _quoted(error).partition(".")[0], self.collection.loaded_from
        return overlooked(Path(root), name, [*self.collection.collections]) if root else ""


def with_flags(words: Sequence[str], tasks: Container[str]) -> list[str]:
    """What was typed, with the flags of words that may stand alone: ``release.list NAME``."""
    typed = list(words[:1])
    for before, word in pairwise(words):
        bare = not word.startswith("-") and word not in tasks
        typed += [BARE_WORDS[before], word] if before in BARE_WORDS and bare else [word]
    return typed


def _quoted(error: Exception) -> str:
    """The word that an error of Invoke's is about."""
    return str(error).split("'")[1] if "'" in str(error) else ""


def _chapters(name: str, collection: Collection) -> Iterator[Chapter]:
    from build_tasks.presentation.contents import Chapter

    tasks = {collection.transform(key): helpline(task) or "" for key, task in collection.tasks.items()}
    yield Chapter(name, tasks)
    for key, inner in collection.collections.items():
        yield from _chapters(f"{name}.{key}" if name else key, inner)


def similar_tasks(given: str, known: Sequence[str]) -> list[str]:
    """At most three task names that ``given`` may have meant, the likeliest first.

    A right collection counts: of ``delivery.biuld`` only the second half is in doubt. A name without a
    collection (``build``) may belong to any.
    """
    collection, dot, name = given.rpartition(".")
    inside = {
        task.removeprefix(f"{collection}."): task for task in known if task.startswith(f"{collection}.")
    }
    if inside:
        return [inside[close] for close in get_close_matches(name, inside, n=2)]
    if dot:
        return get_close_matches(given, known, n=1)
    same_name = [task for task in known if task.rpartition(".")[2] == name]
    return (same_name or get_close_matches(given, known))[:3]
