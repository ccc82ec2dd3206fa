"""One line in the log about each request, with an id to follow it by."""

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PROBES = frozenset({"/healthz", "/readyz"})
_SAFE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestLog:
    """ASGI middleware: gives each request an id and writes one line about it; probes only at debug."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._log = logging.getLogger(f"{service}.request")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started, request_id, status = time.perf_counter(), _request_id(scope), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            self._write(scope, request_id, status, time.perf_counter() - started)

    def _write(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        self._log.log(
            logging.DEBUG if scope["path"] in _PROBES else logging.INFO,
            "request",
            extra={
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "ms": round(seconds * 1000, 1),
                "request_id": request_id,
            },
        )


def _request_id(scope: Scope) -> str:
    """The caller's own id if it is fit for a log, so that one request can be followed through services."""
    offered = Headers(scope=scope).get("X-Request-ID", "")
    return offered if _SAFE_REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex
