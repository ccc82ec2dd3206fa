"""Ages as people type them."""

from __future__ import annotations

import re
from datetime import timedelta

_AGE = re.compile(r"(\d{1,5})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def parse_age(text: str) -> timedelta:
    """``12h``, ``7d`` or ``2w``; ``0d`` is any age.

    :raises ValueError: it is none of these.
    """
    match = _AGE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an age: say hours, days or weeks, like 12h, 7d or 2w")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
