"""Structured logs: one JSON object a line on stdout."""

import logging
import re
import sys
import time
import uuid

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PROBES = frozenset({"/healthz", "/readyz"})
_SAFE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_log = logging.getLogger("delivery.request")


def configure(level: int, version: str) -> None:
    """Send the whole process's logs to stdout; `version` is put on every line."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        JsonFormatter(
            "{levelname}{name}{message}",
            style="{",
            rename_fields={"levelname": "level", "name": "logger"},
            static_fields={"service": "delivery", "version": version},
            timestamp=True,
            reserved_attrs=[*RESERVED_ATTRS, "color_message"],  # uvicorn's message again, for terminals
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)


class RequestLog:
    """ASGI middleware: gives each request an id and writes one line about it; probes only at debug."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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
            _write(scope, request_id, status, time.perf_counter() - started)


def _request_id(scope: Scope) -> str:
    """The caller's own id if it is fit for a log, so that one request can be followed through services."""
    offered = Headers(scope=scope).get("X-Request-ID", "")
    return offered if _SAFE_REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex


def _write(scope: Scope, request_id: str, status: int, seconds: float) -> None:
    _log.log(
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
