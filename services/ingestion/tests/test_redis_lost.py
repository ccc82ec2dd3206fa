"""The queue while Redis fails: what is refused, and that nothing is queued twice."""

import asyncio

import pytest
from lossy_relay import LossyRelay
from queues import patient_queue, read
from redis.asyncio import Redis

from ingestion.redis_queue import RedisQueue
from ingestion.request_queue import QueueUnavailable
from ingestion.submission import Submission
from servicekit_testing.ports import ReservedPort
from servicekit_testing.redis_server import RedisServer
from servicekit_testing.waiting import DEADLINE_SECONDS

pytestmark = pytest.mark.anyio

REQUEST = b"{}"


async def test_redis_lost_is_unavailable_and_redis_back_is_used_again(own_redis_server: RedisServer) -> None:
    queue = patient_queue(own_redis_server.url)
    own_redis_server.start()
    await queue.put(Submission.new("key-1"), REQUEST)
    own_redis_server.stop()
    with pytest.raises(QueueUnavailable):
        await queue.check()
    with pytest.raises(QueueUnavailable):
        await queue.put(Submission.new("key-1"), REQUEST)
    own_redis_server.start()
    await queue.check()
    again = Submission.new("key-1")
    assert await queue.put(again, REQUEST) == again.id, "this Redis keeps nothing over a restart"
    await queue.close()


async def test_a_restart_of_redis_between_two_requests_goes_unnoticed(own_redis_server: RedisServer) -> None:
    queue = patient_queue(own_redis_server.url)
    own_redis_server.start()
    await queue.put(Submission.new(None), REQUEST)
    own_redis_server.stop()
    own_redis_server.start()
    submission = Submission.new(None)
    assert await queue.put(submission, REQUEST) == submission.id
    await queue.close()


@pytest.mark.parametrize("key", ["key-1", None])
async def test_an_answer_lost_on_the_way_is_asked_for_again_and_queues_nothing_twice(
    redis_server: RedisServer, key: str | None
) -> None:
    direct = Redis.from_url(redis_server.url)
    await direct.flushdb()
    async with LossyRelay(redis_server.port) as relay:
        queue = patient_queue(redis_server.url.replace(f":{redis_server.port}/", f":{relay.port}/"))
        submission = Submission.new(key)
        assert await queue.put(submission, REQUEST) == submission.id
        assert relay.lost == 1
        assert await read(direct) == [(submission.id, REQUEST)]
        await queue.close()
    await direct.aclose()


async def test_a_redis_that_never_answers_is_given_up_on_in_time() -> None:
    silent = ReservedPort()
    silent.listen()
    queue = RedisQueue(f"redis://127.0.0.1:{silent.number}/0", limit=1, answer_seconds=0.2)
    async with asyncio.timeout(DEADLINE_SECONDS):
        for asked in (queue.check(), queue.put(Submission.new(None), REQUEST)):
            with pytest.raises(QueueUnavailable, match="imeout"):
                await asked
    await queue.close()
    silent.release()


async def test_the_message_of_a_refused_login_has_no_password(redis_server: RedisServer) -> None:
    queue = patient_queue(redis_server.url.replace(":not-to-be-logged@", ":wrong-secret@"))
    with pytest.raises(QueueUnavailable) as caught:
        await queue.check()
    assert "wrong-secret" not in str(caught.value)
    await queue.close()
