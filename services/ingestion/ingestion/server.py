"""The service, put together and served."""

from starlette.types import ASGIApp

import servicekit.server
from ingestion.api import IngestionApi
from ingestion.config import Settings
from ingestion.redis_queue import RedisQueue
from ingestion.request_queue import RequestQueue
from servicekit.about import About
from servicekit.application import application
from servicekit.drain import Drain


def create_app(queue: RequestQueue, drain: Drain, version: str, commit: str) -> ASGIApp:
    return application(About("ingestion", version, commit), IngestionApi(queue).routes(), queue, drain)


def serve(settings: Settings) -> None:
    """Serve until told to stop; raises SystemExit if the port cannot be bound."""
    drain = Drain()
    queue = RedisQueue(settings.redis_url, settings.queue_limit, settings.redis_seconds)
    app = create_app(queue, drain, settings.version, settings.commit)
    servicekit.server.serve(app, drain, settings.port, settings.lame_duck_seconds)
