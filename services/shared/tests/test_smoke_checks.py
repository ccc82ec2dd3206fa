"""What smoke tests of all services have in common; the rest is seen in the services' own tests."""

import httpx
import pytest

from servicekit.smoke import Deployed, SmokeFailure, json_object
from servicekit_testing.waiting import DEADLINE_SECONDS


def deployed(transport: httpx.BaseTransport, expected_version: str | None = None) -> Deployed:
    client = httpx.Client(transport=transport, base_url="http://service")
    return Deployed(client, expected_version, DEADLINE_SECONDS)


def test_it_waits_for_a_version_that_is_not_ready_at_once() -> None:
    answers = iter([503, 503, 200])
    transport = httpx.MockTransport(lambda _: httpx.Response(next(answers)))
    claim, check = next(deployed(transport).checks())
    check()
    assert claim == "the version is ready"
    assert list(answers) == []


def test_the_version_is_checked_when_one_is_expected() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"version": "1.0.0"}))
    assert len(list(deployed(transport).checks())) == 2
    claim, check = list(deployed(transport, "1.0.1").checks())[2]
    assert claim == "it is version 1.0.1"
    with pytest.raises(SmokeFailure, match=r"'1.0.0'"):
        check()


@pytest.mark.parametrize("body", ["", "[1]", "null", "<html>"])
def test_what_is_no_json_object_fails_with_what_was_seen(body: str) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text=body))
    with pytest.raises(SmokeFailure, match="GET /version answered no JSON object"):
        json_object(deployed(transport).answer("GET", "/version", 200))
