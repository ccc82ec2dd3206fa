"""What the platform asks of the service: probes, its version, and to send its clients away."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from servicekit.about import About
from servicekit.dependency import Dependency
from servicekit.drain import Drain
from servicekit.responses import JSONResponse
from servicekit.whole_numbers import whole_number

_DRAIN_DEFAULT_SECONDS = 30
_DRAIN_MOST_SECONDS = 300


class Operations:
    def __init__(self, about: About, store: Dependency, drain: Drain) -> None:
        self._about = about
        self._store = store
        self._drain = drain

    def routes(self) -> list[Route]:
        return [
            Route("/healthz", self._healthz),
            Route("/readyz", self._readyz),
            Route("/version", self._version),
            Route("/drain", self._begin_drain, methods=["POST"]),
        ]

    async def _healthz(self, _: Request) -> Response:
        """Alive, whatever the store does: a restart would not bring it back."""
        return JSONResponse({"status": "alive"})

    async def _readyz(self, _: Request) -> Response:
        """Ready also while draining or stopping, because requests are still answered then.

        Kubernetes takes a terminating pod out of rotation by itself, and falls back to terminating pods
        that are still ready when it has no other: refusing here would only take that net away.
        """
        await self._store.check()
        return JSONResponse({"status": "ready"})

    async def _version(self, _: Request) -> Response:
        return JSONResponse(self._about)

    async def _begin_drain(self, request: Request) -> Response:
        remaining = self._drain.begin(_drain_seconds(request))
        until = datetime.now(UTC) + timedelta(seconds=remaining)
        return JSONResponse({"status": "draining", "until": until}, HTTPStatus.ACCEPTED)


def _drain_seconds(request: Request) -> int:
    text = request.query_params.get("seconds", str(_DRAIN_DEFAULT_SECONDS))
    seconds = whole_number(text, 1, _DRAIN_MOST_SECONDS)
    if seconds is None:
        raise HTTPException(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"seconds is a whole number from 1 to {_DRAIN_MOST_SECONDS}.",
        )
    return seconds
