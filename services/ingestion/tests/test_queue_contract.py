"""What every queue does, asked of real Redis and of the fake alike."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from queues import LIMIT, MemoryQueueUnderTest, QueueUnderTest, RedisQueueUnderTest

from ingestion.request_queue import QueueFull
from ingestion.submission import Submission
from servicekit_testing.waiting import DEADLINE_SECONDS

pytestmark = pytest.mark.anyio

REQUEST = b'{"ownerId":"\xc3\xb6"}'


@pytest.fixture(params=["memory", "redis"])
async def tested(request: pytest.FixtureRequest) -> AsyncIterator[QueueUnderTest]:
    if request.param == "memory":
        tested: QueueUnderTest = MemoryQueueUnderTest()
    else:
        tested = RedisQueueUnderTest(request.getfixturevalue("redis_server").url)
        await tested.empty()
    yield tested
    await tested.close()


def keyed(key: str = "key-1", remembered: timedelta = timedelta(hours=1)) -> Submission:
    return Submission(uuid.uuid4().hex, key, remembered)


async def fill(tested: QueueUnderTest) -> None:
    for _ in range(LIMIT):
        await tested.queue.put(Submission.new(None), REQUEST)


async def test_what_was_put_waits_in_order(tested: QueueUnderTest) -> None:
    ids = [await tested.queue.put(Submission.new(None), REQUEST + bytes([n])) for n in range(3)]
    assert await tested.waiting() == [(ids[n], REQUEST + bytes([n])) for n in range(3)]


async def test_the_first_worker_ever_gets_what_was_put_before_it_came(tested: QueueUnderTest) -> None:
    queued = await tested.queue.put(keyed(), REQUEST)
    assert await tested.take() == [(queued, REQUEST)]
    assert await tested.waiting() == []


async def test_a_key_again_gets_the_first_id_and_queues_nothing(tested: QueueUnderTest) -> None:
    first, again = keyed(), keyed()
    assert await tested.queue.put(first, REQUEST) == first.id
    assert await tested.queue.put(again, b"{}") == first.id
    assert await tested.waiting() == [(first.id, REQUEST)]


async def test_a_key_is_remembered_when_the_work_is_done(tested: QueueUnderTest) -> None:
    first = await tested.queue.put(keyed(), REQUEST)
    await tested.take()
    assert await tested.queue.put(keyed(), REQUEST) == first
    assert await tested.waiting() == []


async def test_of_many_puts_at_once_with_one_key_one_is_queued(tested: QueueUnderTest) -> None:
    ids = await asyncio.gather(*(tested.queue.put(keyed(), REQUEST) for _ in range(50)))
    assert len(set(ids)) == 1
    assert await tested.waiting() == [(ids[0], REQUEST)]


async def test_a_key_passes_away(tested: QueueUnderTest) -> None:
    first = await tested.queue.put(keyed(remembered=timedelta(milliseconds=50)), REQUEST)
    async with asyncio.timeout(DEADLINE_SECONDS):
        while await tested.queue.put(keyed(), REQUEST) == first:
            await asyncio.sleep(0.01)
    assert len(await tested.waiting()) == 2


async def test_puts_without_a_key_are_all_queued(tested: QueueUnderTest) -> None:
    ids = {await tested.queue.put(Submission.new(None), REQUEST) for _ in range(5)}
    assert {queued for queued, _ in await tested.waiting()} == ids
    assert len(ids) == 5


async def test_a_full_queue_takes_nothing_and_its_key_is_not_remembered(tested: QueueUnderTest) -> None:
    await fill(tested)
    with pytest.raises(QueueFull):
        await tested.queue.put(keyed(), REQUEST)
    assert len(await tested.waiting()) == LIMIT
    await tested.take()
    later = keyed()
    assert await tested.queue.put(later, REQUEST) == later.id


async def test_a_full_queue_still_knows_its_keys(tested: QueueUnderTest) -> None:
    first = await tested.queue.put(keyed(), REQUEST)
    with pytest.raises(QueueFull):
        await fill(tested)
    assert await tested.queue.put(keyed(), REQUEST) == first


async def test_many_puts_at_once_do_not_exceed_the_limit(tested: QueueUnderTest) -> None:
    puts = (tested.queue.put(Submission.new(None), REQUEST) for _ in range(50))
    results = await asyncio.gather(*puts, return_exceptions=True)
    assert sum(isinstance(result, QueueFull) for result in results) == 50 - LIMIT
    assert len(await tested.waiting()) == LIMIT


async def test_check_returns_while_the_queue_answers(tested: QueueUnderTest) -> None:
    await tested.queue.check()
