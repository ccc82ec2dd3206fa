"""The task tree. The only package that knows Invoke; a task body is parse, plan, run, show.

Nothing here imports a tool's adapter or a presentation library before a task runs: `inv --list` and shell
completion are typed too often for that.
"""

from __future__ import annotations

from pathlib import Path

from invoke import Collection

from build_tasks.tasks import all_services, application, ci, platform, release, repo
from build_tasks.tasks.demo import demo_task
from build_tasks.tasks.names import service_names
from build_tasks.tasks.service import service_collection
from build_tasks.tasks.session import Session


def namespace(root: Path) -> Collection:
    """The tasks of a repository: one collection for each service, and those for the whole repository."""
    session = Session(root)
    tree = Collection()
    for name in service_names(root):
        tree.add_collection(service_collection(session, name))
    for module in (all_services, application, release, ci, platform, repo):
        tree.add_collection(module.collection(session))
    tree.add_task(demo_task(session))
    return tree
