"""How long tests took, in the notations of their frameworks."""

from __future__ import annotations

import re
from math import isfinite

_CLOCK = re.compile(r"([0-9]{1,6}):([0-9]{2}):([0-9]{2}(?:\.[0-9]{1,9})?)")
#: More than any test takes, and what a number that is a mistake may be.
_MOST = 1e9


def seconds_of(text: object, *, unit: float = 1.0) -> float:
    """A number of units in seconds; 0 for anything else than a number a test can take."""
    try:
        number = float(str(text or 0)) * unit
    except ValueError:
        return 0.0
    return number if isfinite(number) and 0 <= number < _MOST else 0.0


def clock_seconds(text: str) -> float:
    """``hh:mm:ss.fffffff`` in seconds; 0 for anything else."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return 0.0
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])
