"""Sending kept-alive clients away without failing a request.

A Service only chooses a pod when a connection is opened. Clients that keep connections alive stay on the
old version however long the Service has pointed elsewhere, until a response says `Connection: close`.
"""

import time
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Drain:
    """A period that ends by itself: nothing has to be undone, whoever started it may have died."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until = clock()

    def begin(self, seconds: float) -> float:
        """Drain for `seconds` from now, or as long as already begun; return the seconds that remain."""
        self._until = max(self._until, self._clock() + seconds)
        return self._until - self._clock()

    @property
    def active(self) -> bool:
        return self._clock() < self._until


class CloseWhileDraining:
    """ASGI middleware: while `drain` is active, each response closes its connection."""

    def __init__(self, app: ASGIApp, drain: Drain) -> None:
        self._app = app
        self._drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_and_close(message: Message) -> None:
            if message["type"] == "http.response.start" and self._drain.active:
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self._app(scope, receive, send_and_close)
