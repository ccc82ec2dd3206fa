"""JSON responses, and errors as problem details (RFC 9457)."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from servicekit.unavailable import Unavailable

_log = logging.getLogger(__name__)


class JSONResponse(Response):
    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return msgspec.json.encode(content)


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        title = HTTPStatus(status).phrase
        content = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        super().__init__(content, status, headers)


def _unavailable(_: Request, error: Exception) -> Response:
    assert isinstance(error, Unavailable)
    _log.warning("%s", error)
    retry_after = {"Retry-After": str(error.retry_after_seconds)}
    return ProblemResponse(HTTPStatus.SERVICE_UNAVAILABLE, error.detail, retry_after)


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return ProblemResponse(error.status_code, error.detail, error.headers)


def _client_left(_: Request, __: Exception) -> Response:
    return ProblemResponse(HTTPStatus.BAD_REQUEST, "The connection closed before the body was complete.")


def _bug(_: Request, __: Exception) -> Response:
    """Starlette raises the error again afterwards and uvicorn logs it with its traceback."""
    return ProblemResponse(HTTPStatus.INTERNAL_SERVER_ERROR, "An error in the service; its log has it.")


EXCEPTION_HANDLERS: Mapping[Any, ExceptionHandler] = {
    HTTPException: _refused,
    Unavailable: _unavailable,
    ClientDisconnect: _client_left,
    Exception: _bug,
}
