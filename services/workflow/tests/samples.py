"""Delivery requests to test with."""

import json
from typing import Any

REQUEST: dict[str, Any] = {
    "ownerId": "owner-1",
    "pickup": {"latitude": 47.6, "longitude": -122.3, "altitude": 12.5},
    "dropoff": {"latitude": -33.9, "longitude": 151.2},
    "deadline": "2031-05-06T07:08:09Z",
    "expedited": True,
    "confirmationRequired": "fingerprint",
    "package": {"size": "small", "weightKg": 1.5, "tag": "books"},
}


def body(**changes: Any) -> bytes:
    """The JSON of a request; a change to None leaves the field out."""
    return json.dumps({k: v for k, v in {**REQUEST, **changes}.items() if v is not None}).encode()


def fields(request_id: str, request: bytes | None = None) -> dict[bytes, bytes]:
    """What ingestion puts on the queue."""
    return {b"id": request_id.encode(), b"request": body() if request is None else request}


POISON = [
    {b"id": b"p-1", b"request": b"{"},
    {b"id": b"p-2", b"request": b"\xff\xfe"},
    {b"id": b"p-3", b"request": b"[" * 100_000},
    {b"id": b"p-4", b"request": b"7"},
    {b"id": b"p-5", b"request": body(package=None)},
    {b"id": b"p-6", b"request": body(pickup={"latitude": "north", "longitude": 0})},
    {b"id": b"p-7"},
    {b"request": body()},
    {b"id": b"../p-9", b"request": body()},
    {b"id": b"\xff", b"request": body()},
    {b"neither": b"of them"},
]
"""Entries that no try could read."""
