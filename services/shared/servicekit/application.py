"""The ASGI application of a service, put together."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from servicekit.about import About
from servicekit.dependency import Dependency
from servicekit.drain import CloseWhileDraining, Drain
from servicekit.operations import Operations
from servicekit.request_log import RequestLog
from servicekit.responses import EXCEPTION_HANDLERS


def application(about: About, routes: Sequence[BaseRoute], store: Dependency, drain: Drain) -> ASGIApp:
    """Serve `routes` and the operations; closes `store` when the server ends."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await store.close()

    starlette = Starlette(
        routes=[*routes, *Operations(about, store, drain).routes()],
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=lifespan,
    )
    # Around Starlette, not as its middleware, which the answer to an unexpected error does not go through.
    return RequestLog(CloseWhileDraining(starlette, drain), about.service)
