"""Deliveries in Redis (6.2 or newer): one JSON string per delivery, under `delivery:<id>`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import msgspec
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import RedisError

from delivery.model import Delivery
from delivery.store import StoreUnavailable

_CONNECTIONS = 32


class RedisStore:
    def __init__(self, url: str, answer_seconds: float = 1.0) -> None:
        """Connects on first use, so the service starts, and says it is not ready, without Redis.

        Redis has `answer_seconds` for each answer. A check takes no longer, and should be given up on
        before the readiness probe gives up on us (2 s). A command takes at most three times as long: it
        may have to wait for a free connection, and is tried twice.
        """
        self._check_seconds = answer_seconds
        self._command_seconds = 3 * answer_seconds
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=self._command_seconds,
            socket_connect_timeout=answer_seconds,
            socket_timeout=answer_seconds,
            # One retry, for a pooled connection that Redis has closed since; every command here may be
            # repeated. Waiting for longer is the client's decision: it gets a 503.
            retry=Retry(ConstantBackoff(0.05), 1),
        )
        self._redis = Redis.from_pool(pool)

    async def put(self, delivery: Delivery, lifetime: timedelta | None) -> bool:
        async with _within(self._command_seconds):
            # SET ... GET replaces and tells what was there in one step: of two clients that put the
            # same new id at once, exactly one is told that it created it.
            previous = await self._redis.set(
                _key(delivery.id), msgspec.json.encode(delivery), px=lifetime, get=True
            )
        return previous is None

    async def get(self, delivery_id: str) -> Delivery | None:
        async with _within(self._command_seconds):
            stored = await self._redis.get(_key(delivery_id))
        return None if stored is None else msgspec.json.decode(stored, type=Delivery)

    async def check(self) -> None:
        async with _within(self._check_seconds):
            await self._redis.ping()

    async def close(self) -> None:
        await self._redis.aclose()


def _key(delivery_id: str) -> str:
    return f"delivery:{delivery_id}"


@asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except (RedisError, OSError) as error:  # TimeoutError is an OSError
        raise StoreUnavailable(f"Redis: {str(error) or type(error).__name__}") from error
