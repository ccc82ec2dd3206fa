"""A queue in memory and services that answer as told, for tests of everything but those.

The contract tests hold the queue to Redis's ways.
"""

import asyncio
import itertools
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from workflow.request_queue import DeadLetter, Entry, QueueUnavailable, Summary


@dataclass(frozen=True)
class _Held:
    fields: Mapping[bytes, bytes]
    worker: str
    since: float


@dataclass
class MemoryStream:
    """What all workers share."""

    new: dict[str, Mapping[bytes, bytes]] = field(default_factory=dict)
    held: dict[str, _Held] = field(default_factory=dict)
    due: dict[str, float] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)
    dead: list[DeadLetter] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def add(self, fields: Mapping[bytes, bytes]) -> None:
        self.new[f"{round(time.time() * 1000)}-{next(self.numbers)}"] = fields

    @property
    def left(self) -> int:
        return len(self.new) + len(self.held)

    def remove(self, key: str) -> None:
        self.held.pop(key, None)
        self.due.pop(key, None)
        self.tries.pop(key, None)


class MemoryQueue:
    """The stream as one worker sees it."""

    def __init__(self, stream: MemoryStream, worker: str = "worker", claim_seconds: float = 600) -> None:
        self._stream = stream
        self._worker = worker
        self._claim_seconds = claim_seconds
        self.available = True
        self.given_back: list[Entry] = []

    async def prepare(self) -> None:
        self._answer()

    async def take_over(self, most: int) -> list[Entry]:
        self._answer()
        stream, now = self._stream, time.monotonic()
        idle = (key for key, held in stream.held.items() if now - held.since >= self._claim_seconds)
        abandoned = list(itertools.islice((key for key in idle if key not in stream.due), most))
        due = [key for key, at in sorted(stream.due.items(), key=lambda item: item[1]) if at <= now]
        due = due[: most - len(abandoned)]
        for key in due:
            del stream.due[key]
        return self._take([*abandoned, *due])

    async def take_new(self, most: int, wait_seconds: float) -> list[Entry]:
        self._answer()
        deadline = time.monotonic() + wait_seconds
        while not self._stream.new and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        keys = list(itertools.islice(self._stream.new, most))
        for key in keys:
            self._stream.held[key] = _Held(self._stream.new.pop(key), self._worker, time.monotonic())
        return self._take(keys)

    async def finish(self, entry: Entry) -> None:
        self._answer()
        self._stream.remove(entry.key)

    async def put_back(self, entry: Entry, failed_tries: int, delay_seconds: float) -> bool:
        if not self._mine(entry):
            return False
        self._stream.tries[entry.key] = failed_tries
        self._stream.due[entry.key] = time.monotonic() + delay_seconds
        return True

    async def bury(self, entry: Entry, letter: DeadLetter) -> bool:
        if not self._mine(entry):
            return False
        self._stream.dead.append(letter)
        self._stream.remove(entry.key)
        return True

    async def give_back(self, entry: Entry) -> None:
        if self._mine(entry):
            self.given_back.append(entry)
            self._stream.due.setdefault(entry.key, time.monotonic())

    async def leave(self) -> None:
        self._answer()

    async def summary(self) -> Summary:
        self._answer()
        return Summary(len(self._stream.new), len(self._stream.held), len(self._stream.dead))

    async def close(self) -> None:
        self.available = False

    def _answer(self) -> None:
        if not self.available:
            raise QueueUnavailable("made unavailable by the test")

    def _mine(self, entry: Entry) -> bool:
        self._answer()
        held = self._stream.held.get(entry.key)
        return held is not None and held.worker == self._worker

    def _take(self, keys: Iterable[str]) -> list[Entry]:
        taken = []
        for key in keys:
            held = replace(self._stream.held[key], worker=self._worker, since=time.monotonic())
            self._stream.held[key] = held
            taken.append(Entry(key, held.fields, self._stream.tries[key]))
        return taken


class ScriptedServices:
    """Answers each service's calls with what the test queued for it, then well."""

    GOOD: Mapping[str, bytes] = {
        "dronescheduler": b'{"id": "r-1", "droneId": "drone-7"}',
        "package": b"{}",
        "delivery": b"{}",
    }

    def __init__(self) -> None:
        self.answers: dict[str, list[bytes | Exception]] = defaultdict(list)
        self.calls: list[tuple[str, str, bytes, str]] = []

    async def put(self, service: str, path: str, content: msgspec.Struct, request_id: str) -> bytes:
        self.calls.append((service, path, msgspec.json.encode(content), request_id))
        queued = self.answers[service]
        answer = queued.pop(0) if queued else self.GOOD[service]
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def called(self) -> list[str]:
        return [service for service, *_ in self.calls]
