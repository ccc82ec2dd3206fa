"""What a delivery is, on the wire and in the store: the same JSON in both."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

SMOKE_PREFIX = "smoke-"
SMOKE_LIFETIME = timedelta(hours=1)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

Name = Annotated[str, Meta(min_length=1, max_length=100)]


class Location(msgspec.Struct, frozen=True):
    """Degrees (WGS 84), and metres above the ellipsoid."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    altitude: float = 0.0


class Details(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a client says about a delivery.

    Unknown fields are ignored: versions run side by side and traffic moves back, so this version must
    accept what a newer caller sends and read what a newer version stored.
    """

    owner_id: Name
    pickup: Location
    dropoff: Location
    deadline: Annotated[datetime, Meta(tz=True)] | None = None
    expedited: bool = False
    confirmation_required: Literal["none", "fingerprint", "picture", "voice"] = "none"
    drone_id: Name | None = None


class Delivery(Details, frozen=True, kw_only=True, rename="camel"):
    """A delivery as the service keeps and returns it."""

    id: str

    @classmethod
    def of(cls, delivery_id: str, details: Details) -> "Delivery":
        return cls(id=delivery_id, **msgspec.structs.asdict(details))

    @property
    def lifetime(self) -> timedelta | None:
        """How long to keep it; None is for ever. Ids of the smoke test are reserved and pass away."""
        return SMOKE_LIFETIME if self.id.startswith(SMOKE_PREFIX) else None


def is_delivery_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None
