"""What the service asks of the place that keeps deliveries."""

from datetime import timedelta
from typing import Protocol

from delivery.model import Delivery


class StoreUnavailable(Exception):
    """The store could not answer; the same request may succeed later."""


class DeliveryStore(Protocol):
    """Every method raises StoreUnavailable instead of whatever the store's client raises."""

    async def put(self, delivery: Delivery, lifetime: timedelta | None) -> bool:
        """Keep `delivery` in place of any of the same id; True if there was none."""
        ...

    async def get(self, delivery_id: str) -> Delivery | None: ...

    async def check(self) -> None:
        """Return if the store answers now."""
        ...

    async def close(self) -> None: ...
