"""A stand-in for a Kubernetes Service: a connection belongs to the target at the time it was opened."""

import asyncio
from types import TracebackType


class Switchboard:
    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self._writers: set[asyncio.StreamWriter] = set()
        self._relays = asyncio.TaskGroup()

    async def __aenter__(self) -> "Switchboard":
        await self._relays.__aenter__()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1")
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await self._relays.__aexit__(kind, error, trace)

    def _accept(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        self._relays.create_task(self._relay(client, to_client))

    async def _relay(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            server, to_server = await asyncio.open_connection("127.0.0.1", self.target_port)
        except ConnectionError:
            to_client.transport.abort()
            return
        ends = {to_client, to_server}
        self._writers |= ends
        await asyncio.gather(_pump(client, to_server), _pump(server, to_client))
        self._writers -= ends


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    except ConnectionError:
        sink.transport.abort()
    finally:
        sink.close()
