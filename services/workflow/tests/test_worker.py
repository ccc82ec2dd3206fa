"""The loop, with a queue in memory and tries that the test ends."""

import asyncio
import functools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fakes import MemoryQueue, MemoryStream
from samples import fields

from servicekit_testing.waiting import until
from workflow.heartbeat import Heartbeat
from workflow.request_queue import Entry
from workflow.stopping import Stop
from workflow.worker import Worker

pytestmark = pytest.mark.anyio

LONG = 600.0


class Bench:
    """A worker whose tries last until the test lets them end."""

    def __init__(self, heartbeat_file: Path, finish_seconds: float = LONG) -> None:
        self.heartbeat_file = heartbeat_file
        self.stream = MemoryStream()
        self.queue = MemoryQueue(self.stream)
        self.stop = Stop(finish_seconds)
        self.under_way: dict[bytes, asyncio.Future[None]] = {}
        self.most_at_once = 0
        self.begun: Counter[bytes] = Counter()

    async def attempt(self, entry: Entry) -> None:
        key = entry.fields[b"id"]
        self.begun[key] += 1
        self.under_way[key] = asyncio.get_running_loop().create_future()
        self.most_at_once = max(self.most_at_once, len(self.under_way))
        try:
            await self.under_way[key]
            await self.queue.finish(entry)
        finally:
            del self.under_way[key]

    @asynccontextmanager
    async def working(self, concurrency: int = 8) -> AsyncIterator[asyncio.Task[None]]:
        worker = Worker(self.queue, self.attempt, Heartbeat(self.heartbeat_file), concurrency)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(worker.run(self.stop))
            yield running
            if not self.stop.begun:
                self.stop.request()

    def has_left(self, count: int) -> bool:
        return self.stream.left == count

    async def until_under_way(self, count: int) -> None:
        await until(lambda: len(self.under_way) == count, f"{count} tries are under way")


@pytest.fixture
def heartbeat_file(tmp_path: Path) -> Path:
    return tmp_path / "heartbeat"


async def test_no_more_are_under_way_than_allowed_and_all_get_their_turn(heartbeat_file: Path) -> None:
    bench = Bench(heartbeat_file)
    for number in range(7):
        bench.stream.add(fields(f"r-{number}"))
    async with bench.working(concurrency=3):
        for left in range(7, 0, -1):
            await until(functools.partial(bench.has_left, left), f"{left} are left")
            await bench.until_under_way(min(left, 3))
            bench.under_way[min(bench.under_way)].set_result(None)
        await until(lambda: bench.stream.left == 0, "all are finished")
    assert bench.most_at_once == 3


async def test_the_heart_beats_whatever_there_is_to_do(heartbeat_file: Path) -> None:
    bench = Bench(heartbeat_file)

    async def beats(why: str) -> None:
        heartbeat_file.unlink(missing_ok=True)
        await until(heartbeat_file.exists, f"a beat while {why}")

    async with bench.working(concurrency=1):
        await beats("there is nothing to do")
        bench.stream.add(fields("r-1"))
        await bench.until_under_way(1)
        await beats("no slot is free")
        bench.queue.available = False
        bench.under_way[b"r-1"].cancel()
        await beats("the queue is away")
        await beats("the queue is still away")
        bench.queue.available = True


async def test_a_queue_that_comes_back_is_worked_on(heartbeat_file: Path) -> None:
    bench = Bench(heartbeat_file)
    bench.queue.available = False
    bench.stream.add(fields("r-1"))
    async with bench.working():
        await until(heartbeat_file.exists, "the loop has begun")
        bench.queue.available = True
        await bench.until_under_way(1)
        bench.under_way[b"r-1"].set_result(None)
        await until(lambda: bench.stream.left == 0, "it is finished")


async def test_after_the_signal_nothing_is_taken_and_what_is_under_way_finishes(heartbeat_file: Path) -> None:
    bench = Bench(heartbeat_file)
    bench.stream.add(fields("r-1"))
    async with bench.working() as running:
        await bench.until_under_way(1)
        bench.stop.request()
        await until(lambda: not bench.stream.new, "the last turn is over")
        bench.under_way[b"r-1"].set_result(None)
        await running
    assert (bench.stream.left, bench.queue.given_back) == (0, [])


async def test_what_does_not_finish_in_time_is_given_back(heartbeat_file: Path) -> None:
    bench = Bench(heartbeat_file, finish_seconds=0.05)
    bench.stream.add(fields("r-1"))
    async with bench.working() as running:
        await bench.until_under_way(1)
        bench.stop.request()
        await running
    assert [entry.fields for entry in bench.queue.given_back] == [fields("r-1")]
    assert bench.stream.left == 1


async def test_a_second_signal_skips_the_wait(heartbeat_file: Path) -> None:
    bench = Bench(heartbeat_file)
    bench.stream.add(fields("r-1"))
    async with bench.working() as running:
        await bench.until_under_way(1)
        bench.stop.request()
        bench.stop.request()
        await running
    assert len(bench.queue.given_back) == 1


async def test_it_stops_without_its_queue(heartbeat_file: Path) -> None:
    bench = Bench(heartbeat_file, finish_seconds=0.05)
    bench.stream.add(fields("r-1"))
    async with bench.working() as running:
        await bench.until_under_way(1)
        bench.queue.available = False
        bench.stop.request()
        await running
    assert bench.stream.left == 1


async def test_a_try_that_outlasts_the_claim_time_is_not_begun_twice_here(heartbeat_file: Path) -> None:
    bench = Bench(heartbeat_file)
    bench.queue = MemoryQueue(bench.stream, claim_seconds=0)
    bench.stream.add(fields("r-1"))
    bench.stream.add(fields("r-2"))
    async with bench.working(concurrency=3):
        await bench.until_under_way(2)
        bench.stream.add(fields("r-3"))
        await bench.until_under_way(3)
        for ended in list(bench.under_way.values()):
            ended.set_result(None)
        await until(lambda: bench.stream.left == 0, "all are finished")
    assert bench.begun == {b"r-1": 1, b"r-2": 1, b"r-3": 1}
