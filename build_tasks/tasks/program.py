"""Invoke's command line with this project's exit codes and messages. ``./inv`` runs it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
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
from build_tasks.tasks.names import overlooked
from build_tasks.tasks.typed import in_words, not_meant, quoted, similar_tasks, with_flags

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
            self._boundary.run(lambda: self._printing(lambda: self._run_invoke(argv, exit)))
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
            self._refuse(str(error), self._suggestions(error), self._hint(error))
        if mistake := not_meant(self.tasks):
            self._refuse(mistake[0], hint=mistake[1])

    def parse_core_args(self) -> None:
        super().parse_core_args()
        if shell := self.args["print-completion-script"].value:
            self._show_completion_script(shell)

    def parse_cleanup(self) -> None:
        if self.args.complete.value:
            self._complete()
        try:
            super().parse_cleanup()
        except ParseError as error:
            self._refuse(str(error), self._suggestions(error), self._hint(error))
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

    def _show_completion_script(self, shell: str) -> NoReturn:
        from build_tasks.tasks.completing import script, shells

        if shell not in shells():
            self._refuse(f"there is no completion script for {shell!r}", hint=f"known: {', '.join(shells())}")
        answers_on(sys.stdout).show_text(script(shell))
        raise Exit

    def _complete(self) -> NoReturn:
        from build_tasks.tasks.completing import complete

        words = self.argv[self.argv.index("--") + 1 :] if "--" in self.argv else []
        found = complete(self.collection, self.initial_context, self.parser.contexts, words)
        answers_on(sys.stdout).show_text("\n".join(found))
        raise Exit

    def _run_invoke(self, argv: list[str] | None, exit: bool) -> None:
        try:
            super().run(argv, exit)
        except SystemExit as end:
            if isinstance(
                end.__context__, KeyboardInterrupt
            ):  # before a task began: Invoke says 1, and nothing
                raise KeyboardInterrupt from None
            raise

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
            in_words(why),
            f"{fix}`{self.binary} --list` shows all tasks, `{self.binary} --help TASK` the flags of one",
            code=ExitCode.USAGE,
        )

        def fail() -> NoReturn:
            raise error

        self._boundary.run(fail)
        raise Exit(code=int(ExitCode.USAGE))

    def _suggestions(self, error: Exception) -> list[str]:
        given = quoted(error)
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

    def _hint(self, error: Exception) -> str:
        """Of a collection that is no task, or a folder that is no service yet; else empty."""
        given, root = quoted(error), self.collection.loaded_from
        if given in self.collection.collections:
            return f"`{self.binary} --list {given}` shows its tasks"
        name = given.partition(".")[0]
        return overlooked(Path(root), name, [*self.collection.collections]) if root else ""


def _chapters(name: str, collection: Collection) -> Iterator[Chapter]:
    from build_tasks.presentation.contents import Chapter

    tasks = {collection.transform(key): helpline(task) or "" for key, task in collection.tasks.items()}
    yield Chapter(name, tasks)
    for key, inner in collection.collections.items():
        yield from _chapters(f"{name}.{key}" if name else key, inner)
