"""A queue in memory, for tests of everything but the queue. The contract tests hold it to Redis's ways."""

import time

from ingestion.request_queue import QueueFull, QueueUnavailable
from ingestion.submission import Submission


class MemoryQueue:
    def __init__(self, limit: int = 10_000) -> None:
        self.available = True
        self.entries: list[tuple[str, bytes]] = []
        self.submissions: list[Submission] = []
        self._limit = limit
        self._remembered: dict[str, tuple[str, float]] = {}

    async def put(self, submission: Submission, request: bytes) -> str:
        await self.check()
        self.submissions.append(submission)
        known, until = self._remembered.get(submission.key, ("", 0.0))
        if time.monotonic() < until:
            return known
        if len(self.entries) >= self._limit:
            raise QueueFull("made full by the test")
        self.entries.append((submission.id, request))
        ends = time.monotonic() + submission.remembered.total_seconds()
        self._remembered[submission.key] = submission.id, ends
        return submission.id

    async def check(self) -> None:
        if not self.available:
            raise QueueUnavailable("made unavailable by the test")

    async def close(self) -> None:
        self.entries.clear()
