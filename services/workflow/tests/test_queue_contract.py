"""The queue in Redis and the one in memory keep the same promises."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from fakes import MemoryQueue, MemoryStream
from queue_bench import AT_ONCE, LETTER, NEVER, Bench, one_new, one_taken_over
from redis_stream import RedisStream
from samples import fields

from servicekit_testing.waiting import DEADLINE_SECONDS
from workflow.redis_queue import RedisQueue
from workflow.request_queue import RequestQueue, Summary

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["memory", "redis"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    opened: list[RequestQueue] = []

    def worker(name: str, claim_seconds: float) -> RequestQueue:
        queue: RequestQueue
        if request.param == "memory":
            assert isinstance(stream, MemoryStream)
            queue = MemoryQueue(stream, name, claim_seconds)
        else:
            url = request.getfixturevalue("redis_server").url
            queue = RedisQueue(url, name, claim_seconds, DEADLINE_SECONDS)
        opened.append(queue)
        return queue

    stream: MemoryStream | RedisStream
    stream = MemoryStream() if request.param == "memory" else request.getfixturevalue("stream")
    await worker("first", NEVER).prepare()
    yield Bench(stream, worker)
    for queue in opened:
        await queue.close()


async def test_each_entry_is_new_to_one_worker(bench: Bench) -> None:
    a, b = bench.worker("a", NEVER), bench.worker("b", NEVER)
    for number in range(4):
        bench.stream.add(fields(f"n-{number}"))
    taken = [*await a.take_new(1, 1), *await b.take_new(2, 1), *await a.take_new(9, 1)]
    assert [entry.fields for entry in taken] == [fields(f"n-{number}") for number in range(4)]
    assert {entry.failed_tries for entry in taken} == {0}
    assert await b.take_new(9, 0.01) == await b.take_over(9) == []


async def test_what_was_there_before_anybody_prepared_is_taken(bench: Bench) -> None:
    bench.stream.add(fields("early"))
    queue = bench.worker("a", NEVER)
    await queue.prepare()
    await queue.prepare()
    assert (await one_new(queue)).fields == fields("early")


async def test_a_new_entry_ends_the_wait(bench: Bench) -> None:
    taking = asyncio.create_task(bench.worker("a", NEVER).take_new(1, DEADLINE_SECONDS))
    bench.stream.add(fields("awaited"))
    assert [entry.fields for entry in await taking] == [fields("awaited")]


async def test_a_finished_entry_is_gone_and_may_be_finished_again(bench: Bench) -> None:
    queue = bench.worker("a", AT_ONCE)
    bench.stream.add(fields("f-1"))
    entry = await one_new(queue)
    await queue.finish(entry)
    await queue.finish(entry)
    assert (await queue.take_over(9), bench.stream.left) == ([], 0)


async def test_what_is_in_hand_is_taken_over_after_the_claim_time_and_is_no_failed_try(bench: Bench) -> None:
    patient, hasty = bench.worker("b", NEVER), bench.worker("c", AT_ONCE)
    bench.stream.add(fields("h-1"))
    entry = await one_new(bench.worker("a", NEVER))
    assert await patient.take_over(9) == []
    assert await one_taken_over(hasty) == entry
    assert entry.failed_tries == 0


async def test_what_waits_is_taken_by_anybody_when_it_is_due_and_not_before(bench: Bench) -> None:
    a, b = bench.worker("a", AT_ONCE), bench.worker("b", AT_ONCE)
    bench.stream.add(fields("w-1"))
    entry, began = await one_new(a), time.monotonic()
    assert await a.put_back(entry, 3, delay_seconds=0.2)
    again = await one_taken_over(b)
    assert time.monotonic() - began > 0.9 * 0.2, "Redis has a clock of its own"
    assert (again.key, again.fields, again.failed_tries) == (entry.key, entry.fields, 3)


async def test_what_waits_for_long_is_nobodys_however_long_it_was_in_hand(bench: Bench) -> None:
    a, b = bench.worker("a", AT_ONCE), bench.worker("b", AT_ONCE)
    bench.stream.add(fields("w-1"))
    bench.stream.add(fields("w-2"))
    waits, held = await a.take_new(2, 1)
    assert await a.put_back(waits, 1, NEVER)
    assert [entry.key for entry in await b.take_over(9)] == [held.key]


async def test_the_count_outlives_a_worker_that_dies_during_a_later_try(bench: Bench) -> None:
    queue = bench.worker("a", NEVER)
    bench.stream.add(fields("c-1"))
    assert await queue.put_back(await one_new(queue), 2, AT_ONCE)
    assert (await one_taken_over(queue)).failed_tries == 2
    assert (await one_taken_over(bench.worker("b", AT_ONCE))).failed_tries == 2


async def test_what_is_given_back_is_taken_at_once_and_is_no_failed_try(bench: Bench) -> None:
    queue = bench.worker("a", NEVER)
    bench.stream.add(fields("g-1"))
    assert await queue.put_back(await one_new(queue), 1, AT_ONCE)
    entry = await one_taken_over(queue)
    await queue.give_back(entry)
    await queue.leave()
    assert await one_taken_over(bench.worker("b", NEVER)) == entry


async def test_giving_back_what_waits_does_not_hasten_it(bench: Bench) -> None:
    queue = bench.worker("a", NEVER)
    bench.stream.add(fields("g-2"))
    entry = await one_new(queue)
    assert await queue.put_back(entry, 1, NEVER)
    await queue.give_back(entry)
    assert await bench.worker("b", NEVER).take_over(9) == []


async def test_a_buried_entry_is_a_dead_letter_once(bench: Bench) -> None:
    queue = bench.worker("a", AT_ONCE)
    bench.stream.add(fields("d-1"))
    entry = await one_new(queue)
    assert await queue.bury(entry, LETTER)
    assert not await queue.bury(entry, LETTER)
    assert (await queue.take_over(9), bench.stream.left, len(bench.stream.dead)) == ([], 0, 1)
    assert await queue.summary() == Summary(0, 0, 1)


async def test_who_lost_an_entry_changes_nothing_about_it(bench: Bench) -> None:
    slow, quick = bench.worker("slow", AT_ONCE), bench.worker("quick", AT_ONCE)
    bench.stream.add(fields("l-1"))
    entry = await one_new(slow)
    await one_taken_over(quick)
    assert not await slow.bury(entry, LETTER)
    assert not await slow.put_back(entry, 4, AT_ONCE)
    await slow.give_back(entry)
    patient = bench.worker("patient", NEVER)
    assert (await patient.take_over(9), bench.stream.left, bench.stream.dead) == ([], 1, [])
    assert (await one_taken_over(quick)).failed_tries == 0


async def test_who_lost_an_entry_may_still_say_that_it_is_done(bench: Bench) -> None:
    slow, quick = bench.worker("slow", AT_ONCE), bench.worker("quick", AT_ONCE)
    bench.stream.add(fields("l-2"))
    entry = await one_new(slow)
    taken = await one_taken_over(quick)
    await slow.finish(entry)
    assert not await quick.put_back(taken, 1, AT_ONCE)
    assert (await quick.take_over(9), bench.stream.left) == ([], 0)


async def test_no_more_are_taken_over_than_asked_for_and_the_others_later(bench: Bench) -> None:
    a, b = bench.worker("a", NEVER), bench.worker("b", AT_ONCE)
    for number in range(30):
        bench.stream.add(fields(f"m-{number}"))
    entries = await a.take_new(30, 1)
    for entry in entries[:20]:
        await a.put_back(entry, 1, NEVER)
    for entry in entries[20:23]:
        await a.put_back(entry, 1, AT_ONCE)
    keys: set[str] = set()
    while len(keys) < 10:
        taken = await b.take_over(4)
        assert 0 < len(taken) <= 4
        keys |= {entry.key for entry in taken}
        for entry in taken:
            await b.finish(entry)
    assert keys == {entry.key for entry in entries[20:]}


async def test_the_summary_counts(bench: Bench) -> None:
    queue = bench.worker("a", NEVER)
    for number in range(3):
        bench.stream.add(fields(f"s-{number}"))
    await queue.take_new(1, 1)
    assert await queue.summary() == Summary(new=2, pending=1, dead=0)
