"""The ASGI application, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.types import ASGIApp

from delivery.api import DeliveryApi
from delivery.drain import CloseWhileDraining, Drain
from delivery.logs import RequestLog
from delivery.operations import Operations
from delivery.responses import EXCEPTION_HANDLERS
from delivery.store import DeliveryStore


def create_app(store: DeliveryStore, drain: Drain, version: str, commit: str) -> ASGIApp:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await store.close()

    starlette = Starlette(
        routes=[*DeliveryApi(store).routes(), *Operations(store, drain, version, commit).routes()],
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=lifespan,
    )
    # Around Starlette, not as its middleware, which the answer to an unexpected error does not go through.
    return RequestLog(CloseWhileDraining(starlette, drain))
