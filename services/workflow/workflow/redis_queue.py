"""The queue in Redis (7 or newer): a stream with a consumer group, and two keys beside it.

An entry stays in the stream and pending in the group until it is gone. `deliveryrequests:waiting` (sorted
set, entry to due time in ms) tells those that wait from those in hand; `deliveryrequests:tries` (hash)
counts failed tries.
"""

import socket
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from redis.exceptions import ResponseError

from servicekit.bounded_redis import BoundedRedis
from workflow import redis_scripts
from workflow.request_queue import DeadLetter, Entry, QueueUnavailable, Summary

STREAM = "deliveryrequests"
GROUP = "workflow"
WAITING = f"{STREAM}:waiting"
TRIES = f"{STREAM}:tries"
DEAD = f"{STREAM}:dead"

_SILENCE_MS = timedelta(hours=1) // timedelta(milliseconds=1)
"""After that a worker that holds nothing has gone. Those alive ask for entries every few seconds."""


def unique_worker_name() -> str:
    """The host's name, for people, and something that no other process ever had."""
    return f"{socket.gethostname()}-{uuid.uuid4().hex[:8]}"


class RedisQueue:
    def __init__(self, url: str, worker: str, claim_seconds: float, answer_seconds: float) -> None:
        """`answer_seconds`, which must be longer than any wait for new entries, are BoundedRedis's.

        Redis may be asked for the same thing twice. All that is asked here bears it; an entry that is
        handed out in an answer that gets lost is taken over after the claim time.
        """
        self._redis = BoundedRedis(url, answer_seconds, QueueUnavailable)
        self._worker = worker
        self._claim_ms = round(1000 * claim_seconds)

    async def prepare(self) -> None:
        async with self._redis.command() as redis:
            try:
                await redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise
        await self._run(redis_scripts.FORGET_WORKERS, [STREAM], [GROUP, "", _SILENCE_MS])

    async def take_over(self, most: int) -> list[Entry]:
        keys, arguments = [STREAM, WAITING, TRIES], [GROUP, self._worker, self._claim_ms, most]
        taken = await self._run(redis_scripts.TAKE_OVER, keys, arguments)
        return [Entry(key.decode(), _pairs(fields), failed) for key, failed, fields in taken]

    async def take_new(self, most: int, wait_seconds: float) -> list[Entry]:
        async with self._redis.command() as redis:
            answer: Any = await redis.xreadgroup(
                GROUP, self._worker, {STREAM: ">"}, count=most, block=round(1000 * wait_seconds)
            )
        return [Entry(key.decode(), fields, 0) for _, entries in answer for key, fields in entries]

    async def finish(self, entry: Entry) -> None:
        async with self._redis.command() as redis, redis.pipeline(transaction=True) as step:
            step.xack(STREAM, GROUP, entry.key)
            step.xdel(STREAM, entry.key)
            step.zrem(WAITING, entry.key)
            step.hdel(TRIES, entry.key)
            await step.execute()

    async def put_back(self, entry: Entry, failed_tries: int, delay_seconds: float) -> bool:
        arguments = [GROUP, self._worker, entry.key, round(1000 * delay_seconds), failed_tries]
        return bool(await self._run(redis_scripts.PUT_BACK, [STREAM, WAITING, TRIES], arguments))

    async def give_back(self, entry: Entry) -> None:
        arguments = [GROUP, self._worker, entry.key]
        await self._run(redis_scripts.GIVE_BACK, [STREAM, WAITING], arguments)

    async def bury(self, entry: Entry, letter: DeadLetter) -> bool:
        content: list[Any] = [letter.id, letter.request, letter.reason, letter.tries]
        arguments = [GROUP, self._worker, entry.key, *content]
        return bool(await self._run(redis_scripts.BURY, [STREAM, WAITING, TRIES, DEAD], arguments))

    async def leave(self) -> None:
        await self._run(redis_scripts.FORGET_WORKERS, [STREAM], [GROUP, self._worker, _SILENCE_MS])

    async def summary(self) -> Summary:
        async with self._redis.command() as redis:
            groups: Any = await redis.xinfo_groups(STREAM)
            dead = await redis.xlen(DEAD)
        [group] = [group for group in groups if group["name"] == GROUP.encode()]
        return Summary(group["lag"], group["pending"], dead)

    async def close(self) -> None:
        await self._redis.close()

    async def _run(self, script: str, keys: list[str], arguments: list[Any]) -> Any:
        async with self._redis.command() as redis:
            return await redis.register_script(script)(keys, arguments)


def _pairs(flat: Sequence[bytes]) -> dict[bytes, bytes]:
    return dict(zip(flat[::2], flat[1::2], strict=True))
