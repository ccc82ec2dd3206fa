"""The smoke test passes surroundings a worker could work in, and fails each kind of others."""

import os
from collections.abc import Iterator

import pytest
from redis_stream import RedisStream
from samples import fields
from targets import Answer, Application

from servicekit_testing.processes import run_module
from servicekit_testing.redis_server import PASSWORD, RedisServer
from servicekit_testing.waiting import DEADLINE_SECONDS
from workflow import smoke


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    with Application() as application:
        for name, url in application.environment.items():
            monkeypatch.setenv(name, url)
        yield application


@pytest.fixture(autouse=True)
def redis_url(redis_server: RedisServer, stream: RedisStream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    monkeypatch.setenv("REDIS_SECONDS", "60")


def run_smoke(capsys: pytest.CaptureFixture[str], wait: float = 0) -> tuple[int, list[str]]:
    """The exit code, and the lines about what does not hold."""
    code = smoke.main(["--timeout", str(DEADLINE_SECONDS), "--wait", str(wait)])
    out, err = capsys.readouterr()
    assert (err, PASSWORD in out) == ("", False)
    return code, [line for line in out.splitlines() if line.startswith("FAIL")]


@pytest.mark.usefixtures("application")
def test_good_surroundings_pass_and_nothing_is_taken(stream: RedisStream) -> None:
    stream.add(fields("r-1"))
    for _ in range(2):
        ended = run_module("workflow.smoke", environment=dict(os.environ))
        assert (ended.returncode, ended.stderr) == (0, "")
        lines = ended.stdout.splitlines()
        assert len([line for line in lines if line.startswith("ok")]) == 5
        assert "      new: 1, under way or waiting: 0, dead letters: 0" in lines
        assert "      delivery's version: 1.0.0, commit: abc1234" in lines
    assert (stream.left, stream.pending, stream.workers) == (1, 0, [])


@pytest.mark.usefixtures("application")
def test_a_redis_that_is_not_there_fails(
    no_redis: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", no_redis)
    code, [line] = run_smoke(capsys)
    assert code == 1
    assert "the queue can be read" in line


@pytest.mark.usefixtures("application")
def test_a_redis_that_refuses_the_password_fails(
    redis_server: RedisServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", redis_server.url.replace(PASSWORD, "another"))
    code, [line] = run_smoke(capsys)
    assert (code, "another" in line) == (1, False)


def test_a_service_that_is_not_there_or_another_or_ill_fails(
    application: Application, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, nobody: str
) -> None:
    monkeypatch.setenv("DELIVERY_URL", f"http://{nobody}")
    monkeypatch.setenv("PACKAGE_URL", application.dronescheduler.url)
    application.dronescheduler.version = Answer(500)
    assert run_smoke(capsys)[0] == 1
    application.dronescheduler.version = Answer(200, {"service": "dronescheduler"})
    code, [package, delivery] = run_smoke(capsys)
    assert code == 1
    assert "it says it is the service 'dronescheduler'" in package
    assert "Connection refused" in delivery


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff"])
def test_a_version_that_is_no_json_object_fails(
    application: Application, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    application.package.version = Answer(200, content)
    code, [line] = run_smoke(capsys)
    assert code == 1
    assert "package" in line


def test_a_service_that_is_being_replaced_has_a_moment(
    application: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = application.package.version, Answer(503)
    answers = iter([bad, bad, good])

    class Replaced(type(application.package)):  # type: ignore[misc]
        @property
        def version(self) -> Answer:
            return next(answers)

    application.package.__class__ = Replaced
    assert run_smoke(capsys, DEADLINE_SECONDS) == (0, [])


@pytest.mark.usefixtures("application")
def test_every_mistake_of_the_configuration_is_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REDIS_URL")
    monkeypatch.setenv("CONCURRENCY", "many")
    code, [line] = run_smoke(capsys)
    assert code == 1
    assert "REDIS_URL is not set" in line
    assert "CONCURRENCY must be" in line
