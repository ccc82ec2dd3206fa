from collections.abc import Iterator

import pytest
from redis_stream import RedisStream

from servicekit_testing.redis_server import RedisServer

pytest_plugins = ["servicekit_testing.fixtures"]


@pytest.fixture
def stream(redis_server: RedisServer) -> Iterator[RedisStream]:
    """The real queue, empty."""
    stream = RedisStream(redis_server.url)
    stream.clear()
    yield stream
    stream.close()
