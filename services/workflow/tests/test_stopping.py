"""Workers that are told to stop, and workers without Redis."""

from collections.abc import Iterator

import pytest
from redis_stream import RedisStream
from samples import fields
from targets import Application
from worker_process import WorkerProcess

from servicekit_testing.redis_server import PASSWORD, RedisServer
from servicekit_testing.waiting import wait_until


@pytest.fixture
def application() -> Iterator[Application]:
    with Application() as application:
        yield application


def test_with_nothing_to_do_it_leaves_without_a_trace(
    redis_server: RedisServer, stream: RedisStream, application: Application
) -> None:
    with WorkerProcess(redis_server.url, application.environment) as worker:
        wait_until(lambda: "taking requests" in worker.output, "it works")
        code, out, err = worker.stop()
    assert (code, err, stream.workers) == (0, "", [])
    assert '"message": "stopped"' in out


def test_what_is_under_way_is_finished_and_nothing_more_is_taken(
    redis_server: RedisServer, stream: RedisStream, application: Application
) -> None:
    application.delivery.hold()
    stream.add(fields("under-way"))
    with WorkerProcess(redis_server.url, application.environment) as worker:
        wait_until(lambda: application.delivery.puts["under-way"] == 1, "it is in the middle of a try")
        worker.signal()
        wait_until(lambda: "stopping with 1 requests" in worker.output, "it takes no more")
        stream.add(fields("too-late"))
        application.delivery.let_go()
        code, _, err = worker.finish()
        assert worker.outcomes("under-way") == [("done", 1)]
    assert (code, err, stream.left, stream.pending) == (0, "", 1, 0)


@pytest.mark.parametrize("signals", [1, 2])
def test_what_does_not_finish_is_the_next_workers_at_once(
    redis_server: RedisServer, stream: RedisStream, application: Application, signals: int
) -> None:
    application.delivery.hold()
    stream.add(fields("slow"))
    with WorkerProcess(redis_server.url, application.environment) as worker:
        wait_until(lambda: application.delivery.puts["slow"] == 1, "it is in the middle of a try")
        worker.signal()
        if signals == 2:
            wait_until(lambda: "stopping with 1 requests" in worker.output, "it takes no more")
            worker.signal()
        code, _, err = worker.finish()
    assert (code, err, stream.left, stream.failed_tries) == (0, "", 1, [])
    application.delivery.let_go()
    with WorkerProcess(redis_server.url, application.environment) as following:
        wait_until(lambda: following.outcomes("slow") == [("done", 1)], "it did not wait for the claim time")


def test_it_goes_on_without_redis_and_works_when_redis_comes_even_empty(
    own_redis_server: RedisServer, application: Application
) -> None:
    with WorkerProcess(own_redis_server.url, application.environment) as worker:

        def until_a_request_is_done(request_id: str) -> None:
            stream = RedisStream(own_redis_server.url)
            stream.add(fields(request_id))
            wait_until(lambda: worker.outcomes(request_id) == [("done", 1)], "it works again")
            stream.close()

        wait_until(lambda: "not available" in worker.output, "it misses Redis")
        worker.heartbeat.unlink()
        wait_until(worker.heartbeat.exists, "its heart beats all the same")
        for request_id in ("first", "second"):
            own_redis_server.start()
            until_a_request_is_done(request_id)
            own_redis_server.stop()
        code, out, err = worker.stop()
    assert (code, err) == (0, "")
    assert PASSWORD not in out
    assert "Traceback" not in out
