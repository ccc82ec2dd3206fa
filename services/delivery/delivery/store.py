"""What the service asks of the place that keeps deliveries."""

from datetime import timedelta
from typing import Protocol

from delivery.model import Delivery
from servicekit.dependency import Dependency
from servicekit.unavailable import Unavailable


class StoreUnavailable(Unavailable):
    """The store could not answer; the same request may succeed later."""

    detail = "The store of deliveries does not answer. Try again."


class DeliveryStore(Dependency, Protocol):
    """Every method raises StoreUnavailable instead of whatever the store's client raises."""

    async def put(self, delivery: Delivery, lifetime: timedelta | None) -> bool:
        """Keep `delivery` in place of any of the same id; True if there was none."""
        ...

    async def get(self, delivery_id: str) -> Delivery | None: ...
