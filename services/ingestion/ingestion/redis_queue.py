"""The queue: a Redis stream (6.2 or newer) with one entry for each request.

An entry has the fields `id` and `request` (JSON). The workflow deletes entries it is done with, so the
stream's length is the number of requests that wait or are worked on. Its consumer group begins at the
first entry, so requests may come before the first worker does.
"""

from ingestion.request_queue import QueueFull, QueueUnavailable
from ingestion.submission import Submission
from servicekit.bounded_redis import BoundedRedis

STREAM = "deliveryrequests"

# A script, because that is atomic. The entry comes before the key: should Redis die in between, a client
# who repeats itself is queued twice rather than told that it was queued while it was not.
_PUT = """
local known = redis.call('GET', KEYS[1])
if known then return known end
if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[4]) then return false end
redis.call('XADD', KEYS[2], '*', 'id', ARGV[1], 'request', ARGV[2])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return ARGV[1]
"""


class RedisQueue:
    def __init__(self, url: str, limit: int, answer_seconds: float = 1.0) -> None:
        """At most `limit` requests wait; Redis has `answer_seconds` for each answer, see BoundedRedis."""
        self._redis = BoundedRedis(url, answer_seconds, QueueUnavailable)
        self._limit = limit

    async def put(self, submission: Submission, request: bytes) -> str:
        keys = [f"idempotency:{submission.key}", STREAM]
        remembered_ms = int(submission.remembered.total_seconds() * 1000)
        async with self._redis.command() as redis:
            # The whole script each time (Redis compiles it once): its hash is unknown to a Redis that has
            # just been restarted. Running it twice does no harm, because each submission has a key.
            queued = await redis.eval(
                _PUT, len(keys), *keys, submission.id, request, remembered_ms, self._limit
            )
        if queued is None:
            raise QueueFull(f"the queue is full: {self._limit} requests")
        return str(queued, "ascii")

    async def check(self) -> None:
        await self._redis.check()

    async def close(self) -> None:
        await self._redis.close()
