"""A service with nothing of its own but `/broken` and `/things`, and its fakes."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from servicekit.about import About
from servicekit.application import application
from servicekit.drain import Drain
from servicekit.json_body import json_body
from servicekit.responses import JSONResponse
from servicekit.unavailable import Unavailable


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Store:
    def __init__(self) -> None:
        self.available = True
        self.open = True

    async def check(self) -> None:
        if not self.available:
            raise Unavailable("made unavailable by the test")

    async def close(self) -> None:
        self.open = False


class Thing(msgspec.Struct):
    name: str


async def _things(request: Request) -> Response:
    return JSONResponse(await json_body(request, Thing, "A thing"))


async def _broken(_: Request) -> Response:
    raise RuntimeError("secret of the implementation")


def kit_app(store: Store, clock: Clock) -> ASGIApp:
    routes = [Route("/broken", _broken), Route("/things", _things, methods=["POST"])]
    return application(About("sample", "1.2.3", "abc"), routes, store, Drain(clock))
