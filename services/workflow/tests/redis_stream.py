"""The real queue as the tests see it: what is put on it, what is left, and time made to pass on it."""

from collections.abc import Mapping
from typing import Any

from redis import Redis

from workflow.redis_queue import DEAD, GROUP, STREAM, TRIES, WAITING


class RedisStream:
    def __init__(self, url: str) -> None:
        self._redis: Any = Redis.from_url(url, socket_timeout=60)

    def clear(self) -> None:
        self._redis.flushdb()

    def add(self, fields: Mapping[bytes, bytes]) -> None:
        self._redis.xadd(STREAM, dict(fields))

    @property
    def left(self) -> int:
        return int(self._redis.xlen(STREAM))

    @property
    def dead(self) -> list[dict[bytes, bytes]]:
        return [fields for _, fields in self._redis.xrange(DEAD)]

    @property
    def pending(self) -> int:
        """In somebody's hands or waiting."""
        groups = self._redis.xinfo_groups(STREAM) if self._redis.exists(STREAM) else []
        return sum(group["pending"] for group in groups)

    @property
    def waiting(self) -> int:
        return int(self._redis.zcard(WAITING))

    @property
    def failed_tries(self) -> list[int]:
        return [int(count) for count in self._redis.hvals(TRIES)]

    @property
    def workers(self) -> list[str]:
        return [consumer["name"].decode() for consumer in self._redis.xinfo_consumers(STREAM, GROUP)]

    @property
    def keys(self) -> set[str]:
        return {key.decode() for key in self._redis.scan_iter()}

    def bring_due_times_forward(self) -> None:
        for key in self._redis.zrange(WAITING, 0, -1):
            self._redis.zadd(WAITING, {key: 0}, xx=True)

    def age_what_is_in_hand(self, seconds: float) -> None:
        """As if everything pending had been so for `seconds`, with whoever has it."""
        for entry in self._redis.xpending_range(STREAM, GROUP, "-", "+", 1000):
            worker, entries = entry["consumer"], [entry["message_id"]]
            self._redis.xclaim(STREAM, GROUP, worker, 0, entries, idle=round(1000 * seconds), justid=True)

    def close(self) -> None:
        self._redis.close()
