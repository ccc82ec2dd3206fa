"""Redis that answers in time or counts as unavailable."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import RedisError

from servicekit.unavailable import Unavailable

_CONNECTIONS = 32


class BoundedRedis:
    """A pool of connections whose every failure is an Unavailable.

    Connects on first use, so the service starts, and says it is not ready, without Redis.
    """

    def __init__(self, url: str, answer_seconds: float, unavailable: type[Unavailable]) -> None:
        """Redis has `answer_seconds` for each answer; `unavailable` is raised when it gives none.

        A check takes no longer, and should be given up on before the readiness probe gives up on us
        (2 s). A command takes at most three times as long: it may have to wait for a free connection, and
        is tried twice.
        """
        self._check_seconds = answer_seconds
        self._command_seconds = 3 * answer_seconds
        self._unavailable = unavailable
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=self._command_seconds,
            socket_connect_timeout=answer_seconds,
            socket_timeout=answer_seconds,
            # One retry, for a pooled connection that Redis has closed since. Waiting for longer is the
            # client's decision: it gets a 503.
            retry=Retry(ConstantBackoff(0.05), 1),
        )
        self._redis = Redis.from_pool(pool)

    @asynccontextmanager
    async def command(self) -> AsyncIterator[Redis]:
        """The client, for one command, which must be such that running it twice does no harm."""
        async with self._within(self._command_seconds):
            yield self._redis

    async def check(self) -> None:
        async with self._within(self._check_seconds):
            await self._redis.ping()

    async def close(self) -> None:
        await self._redis.aclose()

    @asynccontextmanager
    async def _within(self, seconds: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(seconds):
                yield
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            reason = str(error) or type(error).__name__
            raise self._unavailable(f"the store did not answer: Redis: {reason}") from error
