"""Deliveries to test with."""

from typing import Any

import msgspec

from delivery.model import Delivery, Details

DETAILS: dict[str, Any] = {
    "ownerId": "owner-1",
    "pickup": {"latitude": 47.6, "longitude": -122.3, "altitude": 12.5},
    "dropoff": {"latitude": -33.9, "longitude": 151.2, "altitude": 0.0},
    "deadline": "2031-05-06T07:08:09Z",
    "expedited": True,
    "confirmationRequired": "fingerprint",
    "droneId": "drone-7",
}


def delivery(delivery_id: str, **changes: Any) -> Delivery:
    return Delivery.of(delivery_id, msgspec.convert({**DETAILS, **changes}, Details))
