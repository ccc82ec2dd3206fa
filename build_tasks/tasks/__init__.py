"""The task tree. The only package that knows Invoke; a task body is parse, plan, run, show.

Nothing here imports a tool's adapter or a presentation library before a task runs: `inv --list` and shell
completion are typed too often for that. And where a command line names its tasks, only their collections are
made: a repository of two hundred services has thousands of tasks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from invoke import Collection

from build_tasks.tasks.names import WHOLE, named_collections, service_names
from build_tasks.tasks.session import Session


def namespace(root: Path, words: Sequence[str] = ()) -> Collection:
    """The tasks of a repository: one collection for each service, and those for the whole repository.

    :param words: the command line without the program. Collections that it cannot mean are left out; if it
        names none, all are made.
    """
    session = Session(root)
    tree = Collection()
    named = named_collections(root, words)
    for name in (*service_names(root), *WHOLE) if named is None else named:
        tree.add_collection(_collection(session, name))
    if named is None or "demo" in words:
        from build_tasks.tasks.demo import demo_task

        tree.add_task(demo_task(session))
    return tree


def _collection(session: Session, name: str) -> Collection:
    if name not in WHOLE:
        from build_tasks.tasks.service import service_collection

        return service_collection(session, name)
    from importlib import import_module

    made: Collection = import_module(WHOLE[name]).collection(session)
    return made
