"""A connection to Redis that breaks in the worst moment: the command was carried out, its answer is lost."""

import asyncio
from types import TracebackType

_COMMAND = b"EVAL"


class LossyRelay:
    """Passes everything on, but closes the first connection that an EVAL is answered on instead."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._relays = asyncio.TaskGroup()
        self._armed = False
        self.lost = 0

    async def __aenter__(self) -> "LossyRelay":
        await self._relays.__aenter__()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1")
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        await self._relays.__aexit__(kind, error, trace)

    def _accept(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        self._relays.create_task(self._relay(client, to_client))

    async def _relay(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection("127.0.0.1", self._target_port)
        await asyncio.gather(self._ask(client, to_server), self._answer(server, to_client))

    async def _ask(self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter) -> None:
        while asked := await client.read(65536):
            self._armed = self._armed or _COMMAND in asked
            to_server.write(asked)
        to_server.close()

    async def _answer(self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        while answered := await server.read(65536):
            if self._armed and not self.lost:
                self.lost += 1
                break
            to_client.write(answered)
        to_client.close()
