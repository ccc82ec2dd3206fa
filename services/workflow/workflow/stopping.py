"""Being told to stop, and how long that leaves."""

import asyncio
import time


class Stop:
    """Begun by the first signal; a second one means at once."""

    def __init__(self, finish_seconds: float) -> None:
        """What is under way has that long, from the first signal on, to finish by itself."""
        self._finish_seconds = finish_seconds
        self._begun = asyncio.Event()
        self._finish_until = float("inf")

    def request(self) -> None:
        """The signal handler."""
        at_once = self.begun
        self._begun.set()
        self._finish_until = time.monotonic() + (0 if at_once else self._finish_seconds)

    @property
    def begun(self) -> bool:
        return self._begun.is_set()

    @property
    def overdue(self) -> bool:
        """Whether what is still under way has to be given back."""
        return time.monotonic() >= self._finish_until

    async def wait(self) -> None:
        """Return when told to stop."""
        await self._begun.wait()

    async def wait_at_most(self, seconds: float) -> None:
        """Return after that time, or when told to stop."""
        try:
            async with asyncio.timeout(seconds):
                await self._begun.wait()
        except TimeoutError:
            pass
