"""What only the queue in Redis can show: what it leaves behind, and Redis being away."""

import asyncio

import pytest
from queue_bench import AT_ONCE, LETTER, NEVER, one_new, one_taken_over
from redis_stream import RedisStream
from samples import fields

from servicekit_testing.ports import ReservedPort
from servicekit_testing.redis_server import RedisServer
from servicekit_testing.waiting import DEADLINE_SECONDS
from workflow.redis_queue import RedisQueue
from workflow.request_queue import QueueUnavailable

pytestmark = pytest.mark.anyio


async def test_redis_keeps_nothing_of_what_is_gone(redis_server: RedisServer, stream: RedisStream) -> None:
    queue = RedisQueue(redis_server.url, "a", NEVER, DEADLINE_SECONDS)
    await queue.prepare()
    for end in ("finish", "bury"):
        stream.add(fields(end))
        await queue.put_back(await one_new(queue), 1, AT_ONCE)
        entry = await one_taken_over(queue)
        await (queue.finish(entry) if end == "finish" else queue.bury(entry, LETTER))
    letter = {b"id": b"d-1", b"request": b"\xffnot json", b"reason": b"because", b"tries": b"5"}
    assert (stream.left, stream.pending, stream.dead) == (0, 0, [letter])
    assert stream.keys == {"deliveryrequests", "deliveryrequests:dead"}
    await queue.close()


async def test_who_leaves_is_forgotten_unless_it_holds_something(
    redis_server: RedisServer, stream: RedisStream
) -> None:
    idle, busy = (RedisQueue(redis_server.url, name, NEVER, DEADLINE_SECONDS) for name in ("idle", "busy"))
    await idle.prepare()
    stream.add(fields("k-1"))
    await one_new(busy)
    assert await idle.take_new(1, 0.01) == []
    for queue in (idle, busy):
        await queue.leave()
        await queue.close()
    assert (stream.workers, stream.pending) == (["busy"], 1)


async def test_redis_lost_is_unavailable_and_redis_back_without_its_data_is_prepared_again(
    own_redis_server: RedisServer,
) -> None:
    own_redis_server.start()
    queue = RedisQueue(own_redis_server.url, "a", NEVER, DEADLINE_SECONDS)
    await queue.prepare()
    own_redis_server.stop()
    with pytest.raises(QueueUnavailable):
        await queue.take_over(1)
    own_redis_server.start()
    for asked in (queue.take_over(1), queue.take_new(1, 0.01), queue.summary()):
        with pytest.raises(QueueUnavailable):
            await asked
    await queue.prepare()
    assert await queue.take_over(1) == await queue.take_new(1, 0.01) == []
    await queue.close()


async def test_a_redis_that_never_answers_is_given_up_on_in_time() -> None:
    silent = ReservedPort()
    silent.listen()
    queue = RedisQueue(f"redis://127.0.0.1:{silent.number}/0", "a", NEVER, answer_seconds=0.2)
    async with asyncio.timeout(DEADLINE_SECONDS):
        with pytest.raises(QueueUnavailable):
            await queue.take_new(1, 0.1)
    await queue.close()
    silent.release()
