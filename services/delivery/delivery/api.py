"""`/api/deliveries/{id}`: what clients come for.

PUT replaces whatever has that id and may be repeated: 201 if there was none, 200 if there was, the same
or not. There is no conflict to report, because a delivery has one writer, the workflow, which retries.
"""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from delivery.model import Delivery, Details, is_delivery_id
from delivery.store import DeliveryStore
from servicekit.json_body import json_body
from servicekit.responses import JSONResponse


class DeliveryApi:
    def __init__(self, store: DeliveryStore) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        # One route for both: of several for a path, a 405 would tell (Allow) of the first one's methods only.
        return [Route("/api/deliveries/{id}", self._answer, methods=["GET", "PUT"])]

    async def _answer(self, request: Request) -> Response:
        delivery_id = _delivery_id(request)
        if request.method == "PUT":
            return await self._put(delivery_id, request)
        return await self._get(delivery_id)

    async def _put(self, delivery_id: str, request: Request) -> Response:
        delivery = Delivery.of(delivery_id, await json_body(request, Details, "A delivery"))
        created = await self._store.put(delivery, delivery.lifetime)
        return JSONResponse(delivery, HTTPStatus.CREATED if created else HTTPStatus.OK)

    async def _get(self, delivery_id: str) -> Response:
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
