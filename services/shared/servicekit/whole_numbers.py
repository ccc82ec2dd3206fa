"""Whole numbers that somebody typed."""

import re

# As many digits as any limit here has. Python itself refuses to read thousands of them, and raises.
_DIGITS = re.compile(r"[0-9]{1,9}")


def whole_number(text: str, least: int, most: int) -> int | None:
    """`text` as a number in ASCII digits, or None if it is no such number from `least` to `most`."""
    if not _DIGITS.fullmatch(text) or not least <= int(text) <= most:
        return None
    return int(text)
