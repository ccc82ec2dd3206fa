import msgspec
import pytest
from samples import POISON, REQUEST, body

from workflow.request import Delivery, DroneDelivery, Unreadable, read_id, read_request


@pytest.mark.parametrize("fields", POISON)
def test_what_is_no_request_is_unreadable(fields: dict[bytes, bytes]) -> None:
    with pytest.raises(Unreadable) as caught:
        read_id(fields.get(b"id"))
        read_request(fields.get(b"request"))
    assert str(caught.value)


def test_each_service_is_told_its_part() -> None:
    request = read_request(body(fromANewerVersion=1))
    pickup, dropoff = REQUEST["pickup"], REQUEST["dropoff"]
    assert msgspec.to_builtins(DroneDelivery.of(request)) == {
        "pickup": pickup,
        "dropoff": dropoff,
        "expedited": True,
        "package": {"size": "small", "weightKg": 1.5},
    }
    assert msgspec.to_builtins(request.package) == {"size": "small", "weightKg": 1.5, "tag": "books"}
    assert msgspec.to_builtins(Delivery.of(request, "drone-7")) == {
        "ownerId": "owner-1",
        "pickup": pickup,
        "dropoff": dropoff,
        "deadline": "2031-05-06T07:08:09Z",
        "expedited": True,
        "confirmationRequired": "fingerprint",
        "droneId": "drone-7",
    }


def test_what_a_request_leaves_out_has_the_contracts_defaults() -> None:
    package = {"size": "large", "weightKg": 30}
    request = read_request(body(deadline=None, expedited=None, confirmationRequired=None, package=package))
    assert msgspec.to_builtins(request.package) == package
    delivery = msgspec.to_builtins(Delivery.of(request, "d"))
    assert ("deadline" in delivery, delivery["expedited"]) == (False, False)
    assert delivery["confirmationRequired"] == "none"
    assert msgspec.to_builtins(DroneDelivery.of(request))["expedited"] is False


def test_null_is_as_good_as_left_out() -> None:
    text = body(package={"size": "large", "weightKg": 30, "tag": None}).replace(
        b'"2031-05-06T07:08:09Z"', b"null"
    )
    request = read_request(text)
    assert (request.deadline, request.package.tag) == (None, None)
