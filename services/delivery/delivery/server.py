"""The service, put together and served."""

from starlette.types import ASGIApp

import servicekit.server
from delivery.api import DeliveryApi
from delivery.config import Settings
from delivery.redis_store import RedisStore
from delivery.store import DeliveryStore
from servicekit.about import About
from servicekit.application import application
from servicekit.drain import Drain


def create_app(store: DeliveryStore, drain: Drain, version: str, commit: str) -> ASGIApp:
    return application(About("delivery", version, commit), DeliveryApi(store).routes(), store, drain)


def serve(settings: Settings) -> None:
    """Serve until told to stop; raises SystemExit if the port cannot be bound."""
    drain = Drain()
    store = RedisStore(settings.redis_url, settings.redis_seconds)
    app = create_app(store, drain, settings.version, settings.commit)
    servicekit.server.serve(app, drain, settings.port, settings.lame_duck_seconds)
