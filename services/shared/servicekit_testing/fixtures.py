"""Fixtures of every service's tests (a pytest plugin: `pytest_plugins` in their conftest.py)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from servicekit_testing.ports import ReservedPort
from servicekit_testing.redis_server import RedisServer


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        server.start()
        yield server


@pytest.fixture
def own_redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that the test may stop; not started."""
    with RedisServer(tmp_path) as server:
        yield server


@pytest.fixture(scope="session")
def nobody() -> Iterator[str]:
    """`host:port` that refuses every connection."""
    port = ReservedPort()
    yield f"127.0.0.1:{port.number}"
    port.release()


@pytest.fixture(scope="session")
def no_redis(nobody: str) -> str:
    """The URL of a Redis that is not there; `/version` does without."""
    return f"redis://{nobody}/0"
