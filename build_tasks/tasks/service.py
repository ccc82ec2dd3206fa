"""The tasks of one service; a new folder with a service.toml has them without any code."""

from __future__ import annotations

from invoke import Collection

from build_tasks.tasks import (
    service_artifacts,
    service_decisions,
    service_promotion,
    service_running,
    service_views,
)
from build_tasks.tasks.session import Session


def service_collection(session: Session, name: str) -> Collection:
    """All tasks of a service, as the collection ``<name>``."""
    collection = Collection(name)
    modules = (service_artifacts, service_running, service_decisions, service_promotion, service_views)
    for module in modules:
        for task in module.tasks(session, name):
            collection.add_task(task)
    return collection
