"""Deliveries in Redis (6.2 or newer): one JSON string per delivery, under `delivery:<id>`."""

from datetime import timedelta

import msgspec

from delivery.model import Delivery
from delivery.store import StoreUnavailable
from servicekit.bounded_redis import BoundedRedis


class RedisStore:
    def __init__(self, url: str, answer_seconds: float = 1.0) -> None:
        """Redis has `answer_seconds` for each answer; see BoundedRedis."""
        self._redis = BoundedRedis(url, answer_seconds, StoreUnavailable)

    async def put(self, delivery: Delivery, lifetime: timedelta | None) -> bool:
        async with self._redis.command() as redis:
            # SET ... GET replaces and tells what was there in one step: of two clients that put the
            # same new id at once, exactly one is told that it created it.
            previous = await redis.set(
                _key(delivery.id), msgspec.json.encode(delivery), px=lifetime, get=True
            )
        return previous is None

    async def get(self, delivery_id: str) -> Delivery | None:
        async with self._redis.command() as redis:
            stored = await redis.get(_key(delivery_id))
        return None if stored is None else msgspec.json.decode(stored, type=Delivery)

    async def check(self) -> None:
        await self._redis.check()

    async def close(self) -> None:
        await self._redis.close()


def _key(delivery_id: str) -> str:
    return f"delivery:{delivery_id}"
