"""The JSON a client sends: read no further than the limit, refused with the mistake's place."""

import asyncio
from http import HTTPStatus
from typing import TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request

MAX_BODY_BYTES = 16 * 1024

# Below the pod's grace period: what sends its request this slowly must not hold up a stop.
BODY_SECONDS = 10.0

T = TypeVar("T")


async def json_body(request: Request, kind: type[T], name: str) -> T:
    """The body of `request` as a `kind`, which messages call `name` ("A delivery").

    Raises HTTPException: 413 over MAX_BODY_BYTES, 408 not there within BODY_SECONDS, 400 not JSON,
    422 for a wrong or missing field.
    """
    body = await _read_in_time(request, name)
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, f"{error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"The body is not JSON: {error}.") from error


async def _read_in_time(request: Request, name: str) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(request, name)
    except TimeoutError as error:
        raise HTTPException(
            HTTPStatus.REQUEST_TIMEOUT,
            f"The body was not there within {BODY_SECONDS:g} s.",
            {"Connection": "close"},  # the rest of it may still come
        ) from error


async def _read(request: Request, name: str) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"{name} takes at most {MAX_BODY_BYTES} bytes.",
                {"Connection": "close"},  # rather than read the rest of it
            )
    return bytes(body)
