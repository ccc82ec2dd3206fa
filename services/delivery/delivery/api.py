"""`/api/deliveries/{id}`: what clients come for.

PUT replaces whatever has that id and may be repeated: 201 if there was none, 200 if there was, the same
or not. There is no conflict to report, because a delivery has one writer, the workflow, which retries.
"""

from http import HTTPStatus

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from delivery.model import Delivery, Details, is_delivery_id
from delivery.responses import JSONResponse
from delivery.store import DeliveryStore

MAX_BODY_BYTES = 16 * 1024


class DeliveryApi:
    def __init__(self, store: DeliveryStore) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        path = "/api/deliveries/{id}"
        return [
            Route(path, self._put, methods=["PUT"]),
            Route(path, self._get, methods=["GET"]),
        ]

    async def _put(self, request: Request) -> Response:
        delivery_id = _delivery_id(request)
        delivery = Delivery.of(delivery_id, _details(await _body(request)))
        created = await self._store.put(delivery, delivery.lifetime)
        return JSONResponse(delivery, HTTPStatus.CREATED if created else HTTPStatus.OK)

    async def _get(self, request: Request) -> Response:
        delivery_id = _delivery_id(request)
        delivery = await self._store.get(delivery_id)
        if delivery is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"There is no delivery {delivery_id}.")
        return JSONResponse(delivery)


def _delivery_id(request: Request) -> str:
    text: str = request.path_params["id"]
    if not is_delivery_id(text):
        raise HTTPException(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "A delivery id is 1 to 64 letters, digits, '.', '_' or '-', and begins with a letter or digit.",
        )
    return text


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"A delivery takes at most {MAX_BODY_BYTES} bytes.",
                {"Connection": "close"},  # rather than read the rest of it
            )
    return bytes(body)


def _details(body: bytes) -> Details:
    try:
        return msgspec.json.decode(body, type=Details)
    except msgspec.ValidationError as error:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, f"{error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"The body is not JSON: {error}.") from error
