"""Whole workers as processes, with real Redis and real connections: what is lost, and what is done twice."""

from collections.abc import Iterator

import pytest
from redis_stream import RedisStream
from samples import POISON, body, fields
from targets import Application, problem
from worker_process import WorkerProcess

from servicekit_testing.redis_server import RedisServer
from servicekit_testing.waiting import wait_until

LONGER_THAN_THE_CLAIM_TIME = 4000.0


@pytest.fixture
def application() -> Iterator[Application]:
    with Application() as application:
        yield application


@pytest.fixture
def worker(
    redis_server: RedisServer, stream: RedisStream, application: Application
) -> Iterator[WorkerProcess]:
    with WorkerProcess(redis_server.url, application.environment, APP_VERSION="1.2.3") as worker:
        yield worker


@pytest.fixture
def another(redis_server: RedisServer, application: Application) -> WorkerProcess:
    """Not started."""
    return WorkerProcess(redis_server.url, application.environment)


def until_all_are_gone(stream: RedisStream) -> None:
    wait_until(lambda: stream.left == stream.pending == 0, "nothing is left on the queue")


def try_again_until_all_are_gone(stream: RedisStream) -> None:
    def nothing_left() -> bool:
        stream.bring_due_times_forward()
        return stream.left == 0

    wait_until(nothing_left, "nothing is left on the queue, however often it is tried")


def test_a_request_is_fulfilled_and_told_of_in_one_line(
    worker: WorkerProcess, stream: RedisStream, application: Application
) -> None:
    stream.add(fields("r-1"))
    until_all_are_gone(stream)
    code, _, err = worker.stop()
    [line] = worker.requests
    assert (code, err, stream.dead) == (0, "", [])
    assert application.has_fulfilled("r-1")
    assert application.delivery.bodies["r-1"]["droneId"] == "drone-7"
    assert (line["id"], line["tries"], line["outcome"], line["level"]) == ("r-1", 1, "done", "INFO")
    assert (line["service"], line["version"]) == ("workflow", "1.2.3")
    assert min(line["ms"], line["queued_ms"]) >= 0
    assert "httpx" not in worker.output


def test_two_workers_at_once_do_each_request_once(
    worker: WorkerProcess, another: WorkerProcess, stream: RedisStream, application: Application
) -> None:
    ids = [f"r-{number}" for number in range(60)]
    application.package.hold()
    with another:
        for request_id in ids:
            stream.add(fields(request_id))
        wait_until(lambda: stream.pending == 16, "both have all they may have under way")
        application.package.let_go()
        until_all_are_gone(stream)
        wait_until(lambda: len(worker.requests + another.requests) >= len(ids), "each has its line")
        done = [line["id"] for line in worker.requests + another.requests if line["outcome"] == "done"]
        assert min(len(worker.requests), len(another.requests)) >= 8
    assert sorted(done) == sorted(ids)
    for target in application.targets:
        assert target.puts == dict.fromkeys(ids, 1)


def test_what_a_killed_worker_had_in_hand_is_done_by_another(
    worker: WorkerProcess, another: WorkerProcess, stream: RedisStream, application: Application
) -> None:
    application.package.hold()
    stream.add(fields("r-1"))
    wait_until(lambda: application.package.puts["r-1"] == 1, "it is in the middle of a try")
    worker.kill()
    application.package.let_go()
    with another:
        stream.age_what_is_in_hand(LONGER_THAN_THE_CLAIM_TIME)
        until_all_are_gone(stream)
        wait_until(lambda: another.outcomes("r-1") == [("done", 1)], "a death is no failed try")
    assert (application.has_fulfilled("r-1"), stream.dead) == (True, [])


def test_the_claim_time_passes_by_itself(
    redis_server: RedisServer, stream: RedisStream, application: Application
) -> None:
    times = {"CALL_SECONDS": "1", "CLAIM_SECONDS": "3", "RETRY_SECONDS": "1"}
    application.delivery.hold()
    stream.add(fields("r-1"))
    with WorkerProcess(redis_server.url, application.environment, **times) as worker:
        wait_until(lambda: application.delivery.puts["r-1"] == 1, "it is in the middle of a try")
        worker.kill()
    application.delivery.let_go()
    with WorkerProcess(redis_server.url, application.environment, **times):
        until_all_are_gone(stream)
    assert stream.dead == []


def test_failed_tries_are_counted_across_workers_that_are_killed(
    worker: WorkerProcess, another: WorkerProcess, stream: RedisStream, application: Application
) -> None:
    application.package.answer = problem(500, "An error in the service; its log has it.")
    stream.add(fields("r-1"))
    wait_until(lambda: stream.failed_tries == [1], "the first try has failed")
    application.package.hold()
    stream.bring_due_times_forward()
    wait_until(lambda: application.package.puts["r-1"] == 2, "the second try is under way")
    worker.kill()
    application.package.let_go()
    with another:
        stream.age_what_is_in_hand(LONGER_THAN_THE_CLAIM_TIME)
        try_again_until_all_are_gone(stream)
        wait_until(lambda: len(another.requests) == 4, "it has told of each try")
        assert another.outcomes("r-1") == [("retry", 2), ("retry", 3), ("retry", 4), ("dead", 5)]
    assert application.package.puts["r-1"] == 6, "five that ended, and one that was cut off"
    reason = b"package answered 500: An error in the service; its log has it."
    assert stream.dead == [{b"id": b"r-1", b"request": body(), b"reason": reason, b"tries": b"5"}]


@pytest.mark.usefixtures("worker")
def test_a_refusal_is_a_dead_letter_at_once(stream: RedisStream, application: Application) -> None:
    application.delivery.answer = problem(422, "Expected `str`, got `int` - at `$.ownerId`.")
    stream.add(fields("r-1"))
    until_all_are_gone(stream)
    reason = b"delivery answered 422: Expected `str`, got `int` - at `$.ownerId`."
    assert stream.dead == [{b"id": b"r-1", b"request": body(), b"reason": reason, b"tries": b"1"}]
    assert application.delivery.puts["r-1"] == 1


def test_a_target_that_is_away_for_a_while_costs_tries_but_no_request(
    worker: WorkerProcess, stream: RedisStream, application: Application
) -> None:
    application.dronescheduler.stop()
    stream.add(fields("r-1"))
    wait_until(lambda: stream.waiting == 1, "a try has failed")
    application.dronescheduler.start()
    try_again_until_all_are_gone(stream)
    wait_until(lambda: worker.outcomes("r-1") == [("retry", 1), ("done", 2)], "the second try went well")
    assert "dronescheduler did not answer: ConnectError" in worker.requests[0]["reason"]
    assert 60 <= worker.requests[0]["retry_in_seconds"] <= 75


def test_poison_never_blocks_the_queue(
    redis_server: RedisServer, stream: RedisStream, application: Application
) -> None:
    good = [f"good-{number}" for number in range(len(POISON))]
    for poison, request_id in zip(POISON, good, strict=True):
        stream.add(poison)
        stream.add(fields(request_id))
    with WorkerProcess(redis_server.url, application.environment, CONCURRENCY="1") as worker:
        until_all_are_gone(stream)
        assert "Traceback" not in worker.output
    assert application.has_fulfilled(*good)
    assert [letter[b"request"] for letter in stream.dead] == [p.get(b"request", b"") for p in POISON]
    assert all(letter[b"reason"] and letter[b"tries"] == b"0" for letter in stream.dead)
