"""`/api/deliveryrequests`: what clients come for.

A client that is not sure whether its request has arrived repeats it with the same Idempotency-Key, and
gets the same answer without another delivery being made.
"""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingestion.model import DeliveryRequest
from ingestion.request_queue import RequestQueue
from ingestion.submission import Submission, is_idempotency_key
from servicekit.json_body import json_body
from servicekit.responses import JSONResponse


class IngestionApi:
    def __init__(self, queue: RequestQueue) -> None:
        self._queue = queue

    def routes(self) -> list[Route]:
        return [Route("/api/deliveryrequests", self._post, methods=["POST"])]

    async def _post(self, request: Request) -> Response:
        submission = Submission.new(_idempotency_key(request))
        asked = await json_body(request, DeliveryRequest, "A delivery request")
        request_id = await self._queue.put(submission, asked.normalised())
        return JSONResponse({"id": request_id}, HTTPStatus.ACCEPTED)


def _idempotency_key(request: Request) -> str | None:
    match request.headers.getlist("Idempotency-Key"):
        case []:
            return None
        case [key] if is_idempotency_key(key):
            return key
    raise HTTPException(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Idempotency-Key is given at most once, with 1 to 128 visible ASCII characters.",
    )
