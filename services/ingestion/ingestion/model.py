"""What a delivery request is, as clients send it and as it waits on the queue."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(min_length=1, max_length=100)]

# PostgreSQL keeps no NUL in a text: package would refuse it when the client is long gone.
Tag = Annotated[str, Meta(max_length=64, pattern=r"^[^\0]*$")]


class Location(msgspec.Struct, frozen=True):
    """Degrees (WGS 84), and metres above the ellipsoid."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    altitude: float = 0.0


class Package(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is to be delivered."""

    size: Literal["small", "medium", "large"]
    weight_kg: Annotated[float, Meta(gt=0, le=30)]
    tag: Tag | None = None


class DeliveryRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a client asks for.

    Unknown fields are ignored: versions run side by side, so this one must accept what a newer caller sends.
    """

    owner_id: Name
    pickup: Location
    dropoff: Location
    deadline: Annotated[datetime, Meta(tz=True)] | None = None
    expedited: bool = False
    confirmation_required: Literal["none", "fingerprint", "picture", "voice"] = "none"
    package: Package

    def normalised(self) -> bytes:
        """As JSON with every default written out.

        Without nulls: what is optional is there or is not, so that nobody further on has to know of both.
        """
        return msgspec.json.encode(_without_nulls(msgspec.to_builtins(self)))


def _without_nulls(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
