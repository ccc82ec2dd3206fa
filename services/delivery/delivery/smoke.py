"""`python -m delivery.smoke BASE_URL`: does a deployed version work? Exits 0 if so, 1 if not.

What it puts has an id with the reserved prefix `smoke-`, which the service forgets after an hour.
"""

import sys
import uuid
from collections.abc import Iterator, Sequence

import servicekit.smoke
from delivery.model import SMOKE_PREFIX
from servicekit.smoke import Check, Deployed, SmokeFailure, json_object

_DETAILS = {
    "ownerId": "smoke",
    "pickup": {"latitude": 47.6, "longitude": -122.3, "altitude": 0.0},
    "dropoff": {"latitude": 47.7, "longitude": -122.2, "altitude": 0.0},
}


def checks(deployed: Deployed) -> Iterator[Check]:
    path = f"/api/deliveries/{SMOKE_PREFIX}{uuid.uuid4()}"
    yield "a new delivery is accepted", lambda: deployed.answer("PUT", path, 201, _DETAILS)
    yield "the delivery can be read back", lambda: _reads_back(deployed, path)


def _reads_back(deployed: Deployed, path: str) -> None:
    delivery = json_object(deployed.answer("GET", path, 200))
    differing = [key for key, value in _DETAILS.items() if delivery.get(key) != value]
    if differing:
        raise SmokeFailure(f"not as it was put: {', '.join(differing)} in {delivery}")


def main(arguments: Sequence[str] | None = None) -> int:
    return servicekit.smoke.run("delivery", checks, arguments)


if __name__ == "__main__":
    sys.exit(main())
