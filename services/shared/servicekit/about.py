"""Who answers."""

import msgspec


class About(msgspec.Struct, frozen=True):
    """What /version says."""

    service: str
    version: str
    commit: str
