"""The worker's loop: keeps a bounded number of tries under way until it is told to stop."""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable

from workflow.backoff import Backoff
from workflow.heartbeat import Heartbeat
from workflow.request_queue import Entry, QueueUnavailable, RequestQueue
from workflow.stopping import Stop

TURN_SECONDS = 1.0
"""How long a turn of the loop waits for something to do."""

_LAST_TURN_SECONDS = TURN_SECONDS + 0.5
_GIVE_BACK_SECONDS = 1.0

_UNAVAILABLE = Backoff(first_seconds=0.5, most_seconds=8)

_log = logging.getLogger(__name__)


class Worker:
    def __init__(
        self,
        queue: RequestQueue,
        attempt: Callable[[Entry], Awaitable[None]],
        heartbeat: Heartbeat,
        concurrency: int,
    ) -> None:
        """`attempt` is given each entry that is taken and settles it; it bounds its own time."""
        self._queue = queue
        self._attempt = attempt
        self._heartbeat = heartbeat
        self._concurrency = concurrency
        self._under_way: dict[str, tuple[Entry, asyncio.Future[None]]] = {}
        self._prepared = False

    async def run(self, stop: Stop) -> None:
        """Take entries until `stop`; then finish those under way, or give them back in time."""
        taking, stopping = asyncio.create_task(self._take(stop)), asyncio.create_task(stop.wait())
        await asyncio.wait({taking, stopping}, return_when=asyncio.FIRST_COMPLETED)
        # The turn is cut short only if Redis hangs: an answer that nobody waits for can hold entries.
        await asyncio.wait({taking}, timeout=_LAST_TURN_SECONDS)
        taking.cancel()
        await asyncio.wait({taking})
        if not taking.cancelled():
            taking.result()
        await self._finish(stop)
        await self._give_back()

    async def _take(self, stop: Stop) -> None:
        failures = 0
        while not stop.begun:
            self._heartbeat.beat()
            try:
                await self._turn()
                failures = 0
            except QueueUnavailable as error:
                failures += 1
                # A Redis that comes back may have lost everything, the consumer group included.
                self._prepared = False
                delay = _UNAVAILABLE.after(failures)
                _log.warning("the queue is not available; trying again in %.1f s: %s", delay, error)
                await stop.wait_at_most(delay)

    async def _turn(self) -> None:
        if not self._prepared:
            await self._queue.prepare()
            self._prepared = True
            _log.info("taking requests")
        if self._free:
            self._start(await self._queue.take_over(self._free))
        if self._free:
            self._start(await self._queue.take_new(self._free, TURN_SECONDS))
        else:
            await self._wait(TURN_SECONDS, asyncio.FIRST_COMPLETED)

    @property
    def _free(self) -> int:
        return self._concurrency - len(self._under_way)

    def _start(self, entries: list[Entry]) -> None:
        for entry in entries:
            # Taken over from ourselves: the try outlasts the claim time, on a machine that stands still.
            if entry.key in self._under_way:
                continue
            task = asyncio.ensure_future(self._attempt(entry))
            self._under_way[entry.key] = entry, task
            task.add_done_callback(functools.partial(self._ended, entry.key))

    def _ended(self, key: str, task: asyncio.Future[None]) -> None:
        del self._under_way[key]
        if not task.cancelled() and (error := task.exception()):
            _log.error("a try ended without an outcome; it is taken over later", exc_info=error)

    async def _wait(self, seconds: float, until: str) -> None:
        tasks = [task for _, task in self._under_way.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds, return_when=until)

    async def _finish(self, stop: Stop) -> None:
        _log.info("stopping with %d requests under way", len(self._under_way))
        while self._under_way and not stop.overdue:
            await self._wait(0.1, asyncio.ALL_COMPLETED)

    async def _give_back(self) -> None:
        """Leave what is not finished to the next worker, at once rather than after the claim time."""
        unfinished = list(self._under_way.values())
        for _, task in unfinished:
            task.cancel()
        await asyncio.gather(*(task for _, task in unfinished), return_exceptions=True)
        try:
            async with asyncio.timeout(_GIVE_BACK_SECONDS):
                await asyncio.gather(*(self._queue.give_back(entry) for entry, _ in unfinished))
                await self._queue.leave()
        except (QueueUnavailable, TimeoutError) as error:
            _log.warning("left without a word to the queue: %s", str(error) or "no answer in time")
