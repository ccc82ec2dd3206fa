"""Requests to test with."""

from typing import Any

REQUEST: dict[str, Any] = {
    "ownerId": "owner-1",
    "pickup": {"latitude": 47.6, "longitude": -122.3, "altitude": 12.5},
    "dropoff": {"latitude": -33.9, "longitude": 151.2, "altitude": 0.0},
    "deadline": "2031-05-06T07:08:09Z",
    "expedited": True,
    "confirmationRequired": "fingerprint",
    "package": {"size": "medium", "weightKg": 2.5, "tag": "fragile"},
}

PLACE = {"latitude": 0, "longitude": 0}

LEAST: dict[str, Any] = {
    "ownerId": "o",
    "pickup": PLACE,
    "dropoff": PLACE,
    "package": {"size": "small", "weightKg": 1},
}
"""Nothing but what is required."""
