import json

import pytest
from fakes import ScriptedServices
from samples import body

from workflow.fulfilment import fulfil
from workflow.request import read_request
from workflow.services import NoAnswer, Refused

pytestmark = pytest.mark.anyio

REQUEST = read_request(body())


async def test_delivery_is_told_last_and_of_the_drone() -> None:
    services = ScriptedServices()
    await fulfil(services, "r-1", REQUEST)
    assert services.called == ["dronescheduler", "package", "delivery"]
    assert [path for _, path, _, _ in services.calls] == [
        "/api/dronedeliveries/r-1",
        "/api/packages/r-1",
        "/api/deliveries/r-1",
    ]
    assert {request_id for *_, request_id in services.calls} == {"r-1"}
    assert json.loads(services.calls[-1][2])["droneId"] == "drone-7"


@pytest.mark.parametrize("failing", ["dronescheduler", "package"])
@pytest.mark.parametrize("failure", [Refused("no"), NoAnswer("not now")], ids=str)
async def test_delivery_waits_for_both_others(failing: str, failure: Exception) -> None:
    services = ScriptedServices()
    services.answers[failing] = [failure]
    with pytest.raises(type(failure)):
        await fulfil(services, "r-1", REQUEST)
    assert services.called == ["dronescheduler", "package"]


@pytest.mark.parametrize("refusing", ["dronescheduler", "package"])
async def test_a_refusal_decides(refusing: str) -> None:
    [silent] = {"dronescheduler", "package"} - {refusing}
    services = ScriptedServices()
    services.answers |= {refusing: [Refused("never")], silent: [NoAnswer("not now")]}
    with pytest.raises(Refused, match="never"):
        await fulfil(services, "r-1", REQUEST)


@pytest.mark.parametrize("answer", [b"", b"{}", b'{"droneId": null}', b"\xff", b"[]"])
async def test_without_a_drone_there_is_no_delivery(answer: bytes) -> None:
    services = ScriptedServices()
    services.answers["dronescheduler"] = [answer]
    with pytest.raises(NoAnswer, match="named no drone"):
        await fulfil(services, "r-1", REQUEST)
    assert "delivery" not in services.called
