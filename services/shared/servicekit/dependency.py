"""What the platform's side of a service has to know of its store."""

from typing import Protocol


class Dependency(Protocol):
    """What the service cannot answer without."""

    async def check(self) -> None:
        """Return if it answers now; raise Unavailable if not."""
        ...

    async def close(self) -> None:
        """Let go of its connections, at the end of the process."""
        ...
