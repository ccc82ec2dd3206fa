"""Ports of this machine that no other test, process or connection can get meanwhile."""

import socket


class ReservedPort:
    """A port bound but not listened on, until it is released.

    The system gives a bound port to nobody who asks for any free one, so tests that run at the same time
    never meet. A server that asks for this very port gets it, because both set SO_REUSEADDR, which Redis
    and asyncio do. Without a server, connections are refused.
    """

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.number: int = self._socket.getsockname()[1]

    def listen(self) -> None:
        """Be the server oneself; connections are taken by the system, and never answered."""
        self._socket.listen()

    def release(self) -> None:
        self._socket.close()


def is_listened_on(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
