"""Queues as the contract tests see them: filled by the service, looked into, emptied as by the workflow."""

from typing import Any

from fakes import MemoryQueue
from redis.asyncio import Redis

from ingestion.redis_queue import STREAM, RedisQueue
from ingestion.request_queue import RequestQueue
from servicekit_testing.waiting import DEADLINE_SECONDS

LIMIT = 10

Entry = tuple[str, bytes]
"""An id, and the request."""


def patient_queue(url: str, limit: int = LIMIT) -> RedisQueue:
    """A queue that a busy machine does not make unavailable."""
    return RedisQueue(url, limit, DEADLINE_SECONDS)


async def read(redis: Redis) -> list[Entry]:
    """What waits, oldest first."""
    entries: Any = await redis.xrange(STREAM)
    return [_entry(fields) for _, fields in entries]


async def take_as_workflow(redis: Redis) -> list[Entry]:
    """What a worker of a new consumer group gets, and is done with."""
    await redis.xgroup_create(STREAM, "workflow", id="0", mkstream=True)
    streams: Any = await redis.xreadgroup("workflow", "worker-1", {STREAM: ">"})
    [(_, entries)] = streams
    numbers = [number for number, _ in entries]
    await redis.xack(STREAM, "workflow", *numbers)
    await redis.xdel(STREAM, *numbers)
    return [_entry(fields) for _, fields in entries]


def _entry(fields: dict[bytes, bytes]) -> Entry:
    assert fields.keys() == {b"id", b"request"}
    return fields[b"id"].decode(), fields[b"request"]


class MemoryQueueUnderTest:
    def __init__(self) -> None:
        self._memory = MemoryQueue(LIMIT)
        self.queue: RequestQueue = self._memory

    async def waiting(self) -> list[Entry]:
        return list(self._memory.entries)

    async def take(self) -> list[Entry]:
        taken = await self.waiting()
        self._memory.entries.clear()
        return taken

    async def close(self) -> None:
        await self._memory.close()


class RedisQueueUnderTest:
    """An empty Redis to begin with."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url)
        self.queue: RequestQueue = patient_queue(url)

    async def empty(self) -> None:
        await self._redis.flushdb()

    async def waiting(self) -> list[Entry]:
        return await read(self._redis)

    async def take(self) -> list[Entry]:
        return await take_as_workflow(self._redis)

    async def close(self) -> None:
        await self.queue.close()
        await self._redis.aclose()


QueueUnderTest = MemoryQueueUnderTest | RedisQueueUnderTest
