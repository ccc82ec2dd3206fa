"""A store in memory, for tests of everything but the store. The contract tests hold it to Redis's ways."""

import time
from datetime import timedelta

from delivery.model import Delivery
from delivery.store import StoreUnavailable


class MemoryStore:
    def __init__(self) -> None:
        self.available = True
        self._kept: dict[str, tuple[Delivery, float]] = {}

    async def put(self, delivery: Delivery, lifetime: timedelta | None) -> bool:
        created = await self.get(delivery.id) is None
        ends = float("inf") if lifetime is None else time.monotonic() + lifetime.total_seconds()
        self._kept[delivery.id] = delivery, ends
        return created

    async def get(self, delivery_id: str) -> Delivery | None:
        await self.check()
        delivery, ends = self._kept.get(delivery_id, (None, 0.0))
        return delivery if time.monotonic() < ends else None

    async def check(self) -> None:
        if not self.available:
            raise StoreUnavailable("made unavailable by the test")

    async def close(self) -> None:
        self._kept.clear()
