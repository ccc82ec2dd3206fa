"""Serving, and stopping without failing a request."""

import asyncio
import logging
import time
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from servicekit.drain import Drain

# An idle connection ends before a drain of the default length does, so that a drain moves every client;
# and later than clients commonly drop theirs (5 s), so that they do not meet on a closing connection.
_KEEP_ALIVE_SECONDS = 20
_FINISH_SECONDS = 10

_log = logging.getLogger(__name__)


class LameDuckServer(uvicorn.Server):
    """A uvicorn server that, once told to stop, goes on serving while its clients learn to go elsewhere.

    After the first SIGTERM or SIGINT new connections are still accepted for `lame_duck_seconds`, as
    routers keep choosing this pod for a moment, and each response closes its connection. Then requests
    in flight finish and the process exits 0. A second signal cuts the wait short.
    """

    def __init__(self, config: uvicorn.Config, drain: Drain, lame_duck_seconds: float) -> None:
        super().__init__(config)
        self._drain = drain
        self._lame_duck_seconds = lame_duck_seconds
        self._leave_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """uvicorn's signal handler. Its own would also raise the signal again after the shutdown."""
        if self._leave_at is not None:
            self._leave_at = time.monotonic()
            return
        self._drain.begin(self._lame_duck_seconds + _FINISH_SECONDS)
        self._leave_at = time.monotonic() + self._lame_duck_seconds

    async def on_tick(self, counter: int) -> bool:
        """Called by uvicorn every 100 ms."""
        if self._leave_at is not None and time.monotonic() >= self._leave_at:
            self.should_exit = True
        return await super().on_tick(counter)


def serve(app: ASGIApp, drain: Drain, port: int, lame_duck_seconds: float) -> None:
    """Serve until told to stop; raises SystemExit if the port cannot be bound.

    `drain` is the one that `app` closes connections by.
    """
    config = uvicorn.Config(
        app,
        host="0.0.0.0",
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_FINISH_SECONDS,
    )
    asyncio.run(LameDuckServer(config, drain, lame_duck_seconds).serve())
    _log.info("stopped")
