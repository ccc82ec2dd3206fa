"""What has to be done for a request: a drone assigned, its package described, its delivery tracked."""

import asyncio
from collections.abc import Iterable

import msgspec

from workflow.request import Delivery, DeliveryRequest, DroneDelivery
from workflow.services import NoAnswer, Refused, Services

CALLS_IN_A_ROW = 2
"""How many calls of a try wait for one another."""

CALLS_AT_ONCE = 2


class _Assignment(msgspec.Struct, rename="camel"):
    """What dronescheduler answers."""

    drone_id: str


async def fulfil(services: Services, request_id: str, request: DeliveryRequest) -> None:
    """Return when all three services have done their part; asking them again does no harm.

    Raise Refused if one never will, else NoAnswer if one has not this time.
    """
    independent = await asyncio.gather(
        _assign_drone(services, request_id, request),
        services.put("package", f"/api/packages/{request_id}", request.package, request_id),
        return_exceptions=True,
    )
    match independent:
        case str() as drone_id, bytes():
            delivery = Delivery.of(request, drone_id)
            await services.put("delivery", f"/api/deliveries/{request_id}", delivery, request_id)
        case _:
            raise _decisive(independent)


async def _assign_drone(services: Services, request_id: str, request: DeliveryRequest) -> str:
    path = f"/api/dronedeliveries/{request_id}"
    answer = await services.put("dronescheduler", path, DroneDelivery.of(request), request_id)
    try:
        return msgspec.json.decode(answer, type=_Assignment).drone_id
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NoAnswer(f"dronescheduler named no drone: {error}") from error


def _decisive(results: Iterable[object]) -> BaseException:
    """Of what was raised: a refusal, if there is one, because no later try changes it."""
    failures = [result for result in results if isinstance(result, BaseException)]
    return min(failures, key=lambda failure: not isinstance(failure, Refused))
