"""Settings of the tests that need nothing but Python."""

from __future__ import annotations

from hypothesis import settings

# The same examples every time, as a failure that comes and goes helps nobody; no deadline, as a busy machine
# is no failure.
settings.register_profile("unit", derandomize=True, deadline=None, database=None, max_examples=60)
settings.load_profile("unit")
