"""A delivery request as it is on the queue, and what each of the other services is told of it.

Values are not judged here: the services that keep them do, and their 422 says more. Fields this version
does not know are ignored, because versions of ingestion and workflow run side by side.
"""

import re

import msgspec

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Unreadable(Exception):
    """What is on the queue is no delivery request, and no later try could read it either."""


class Location(msgspec.Struct, frozen=True, omit_defaults=True):
    """Degrees (WGS 84), and metres above the ellipsoid."""

    latitude: float
    longitude: float
    altitude: float | None = None


class Package(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What package is told."""

    size: str
    weight_kg: float
    tag: str | None = None


class DeliveryRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    owner_id: str
    pickup: Location
    dropoff: Location
    package: Package
    deadline: str | None = None
    expedited: bool = False
    confirmation_required: str = "none"


class Payload(msgspec.Struct, frozen=True, rename="camel"):
    size: str
    weight_kg: float


class DroneDelivery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What dronescheduler is told."""

    pickup: Location
    dropoff: Location
    expedited: bool
    package: Payload

    @classmethod
    def of(cls, request: DeliveryRequest) -> "DroneDelivery":
        return cls(
            pickup=request.pickup,
            dropoff=request.dropoff,
            expedited=request.expedited,
            package=Payload(request.package.size, request.package.weight_kg),
        )


class Delivery(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What delivery is told."""

    owner_id: str
    pickup: Location
    dropoff: Location
    deadline: str | None = None
    expedited: bool
    confirmation_required: str
    drone_id: str

    @classmethod
    def of(cls, request: DeliveryRequest, drone_id: str) -> "Delivery":
        return cls(
            owner_id=request.owner_id,
            pickup=request.pickup,
            dropoff=request.dropoff,
            deadline=request.deadline,
            expedited=request.expedited,
            confirmation_required=request.confirmation_required,
            drone_id=drone_id,
        )


def read_id(value: bytes | None) -> str:
    """The id, fit for a path; raise Unreadable if it is missing or malformed."""
    if value is None:
        raise Unreadable("the entry has no field id")
    text = value.decode("ascii", "replace")
    if not _ID.fullmatch(text):
        raise Unreadable("its id is not 1 to 64 letters, digits, '.', '_' or '-' after a letter or digit")
    return text


def read_request(value: bytes | None) -> DeliveryRequest:
    """Raise Unreadable if the request is missing, not JSON, or lacks a field."""
    if value is None:
        raise Unreadable("the entry has no field request")
    try:
        return msgspec.json.decode(value, type=DeliveryRequest)
    except msgspec.ValidationError as error:
        raise Unreadable(f"its request is not complete: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"its request is not JSON: {error}") from error
