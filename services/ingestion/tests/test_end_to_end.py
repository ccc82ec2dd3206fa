"""The end-to-end test passes a whole application and says which part of a broken one is at fault."""

from collections import Counter
from collections.abc import Mapping

import httpx
import pytest
from processes import Service

from ingestion import end_to_end
from ingestion.end_to_end import Application, EndToEnd
from servicekit.smoke import report
from servicekit_testing.redis_server import RedisServer
from servicekit_testing.waiting import DEADLINE_SECONDS

APPLICATION = Application("http://ingestion", "http://delivery", "http://package", "http://dronescheduler")
BODIES = {"delivery": {"droneId": "d-7"}, "package": {"size": "small"}, "dronescheduler": {"droneId": "d-7"}}


class FakeApplication:
    """Answers for a request with `bodies`; a slow one only when it is asked again."""

    def __init__(self, bodies: Mapping[str, object], slow: bool = False) -> None:
        self._bodies = bodies
        self._slow = slow
        self._asked: Counter[str] = Counter()
        self.keys: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        service = request.url.host
        self._asked[service] += 1
        early = self._slow and self._asked[service] == 1
        if service == "ingestion":
            self.keys.add(request.headers["Idempotency-Key"])
            return httpx.Response(503 if early else 202, json={"id": "smoke-1"})
        assert request.url.path.endswith("/smoke-1")
        if early or service not in self._bodies:
            return httpx.Response(404, text="There is no such id.")
        return httpx.Response(200, json=self._bodies[service])


def followed(application: FakeApplication, seconds: float) -> bool:
    with httpx.Client(transport=httpx.MockTransport(application)) as client:
        return report(EndToEnd(client, APPLICATION, seconds).checks())


def test_a_whole_application_passes_however_slow(capsys: pytest.CaptureFixture[str]) -> None:
    application = FakeApplication(BODIES, slow=True)
    assert followed(application, DEADLINE_SECONDS)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["ok"] * 5
    [key] = application.keys
    assert key.startswith("smoke-"), "one key for every repetition"


def test_a_service_that_never_knows_the_request_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    without_package = {service: body for service, body in BODIES.items() if service != "package"}
    assert not followed(FakeApplication(without_package), seconds=0.1)
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAIL")]
    assert "package knows smoke-1: GET http://package/api/packages/smoke-1 answered 404" in line


def test_two_drones_for_one_delivery_fail(capsys: pytest.CaptureFixture[str]) -> None:
    application = FakeApplication({**BODIES, "delivery": {"droneId": "d-8"}})
    assert not followed(application, DEADLINE_SECONDS)
    assert "dronescheduler chose 'd-7', delivery names 'd-8'" in capsys.readouterr().out


def test_an_application_without_workers_fails_after_the_deadline(
    redis_server: RedisServer, nobody: str, capsys: pytest.CaptureFixture[str]
) -> None:
    others = [f"--{service}=http://{nobody}" for service in ("delivery", "package", "dronescheduler")]
    with Service(redis_server.url) as service:
        code = end_to_end.main([f"--ingestion={service.url}", *others, "--deadline", "0.1"])
    accepted, *unknown = capsys.readouterr().out.splitlines()
    assert (code, accepted) == (1, "ok    ingestion accepts a request")
    assert len([line for line in unknown if line.startswith("FAIL") and "Connection refused" in line]) == 3


def test_without_ingestion_nothing_else_is_asked(nobody: str, capsys: pytest.CaptureFixture[str]) -> None:
    urls = [f"--{service}=http://{nobody}" for service in ("ingestion", *BODIES)]
    assert end_to_end.main([*urls, "--deadline", "0"]) == 1
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("FAIL  ingestion accepts a request: ")


def test_all_services_have_to_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        end_to_end.main(["--ingestion", "http://ingestion"])
    assert caught.value.code == 2
    assert "--delivery" in capsys.readouterr().err
