"""What tests of the queue need: workers of one stream, and entries in their hands."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from fakes import MemoryStream
from redis_stream import RedisStream

from servicekit_testing.waiting import DEADLINE_SECONDS
from workflow.request_queue import DeadLetter, Entry, RequestQueue

NEVER = 600.0
AT_ONCE = 0.0
LETTER = DeadLetter(b"d-1", b"\xffnot json", "because", 5)


@dataclass
class Bench:
    """A stream, and workers of it with the claim times the test asks for."""

    stream: MemoryStream | RedisStream
    worker: Callable[[str, float], RequestQueue]


async def one_new(queue: RequestQueue) -> Entry:
    [entry] = await queue.take_new(9, DEADLINE_SECONDS)
    return entry


async def one_taken_over(queue: RequestQueue) -> Entry:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (taken := await queue.take_over(9)):
        assert time.monotonic() < deadline, "nothing to take over"
        await asyncio.sleep(0.01)
    [entry] = taken
    return entry
