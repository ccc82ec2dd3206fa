"""For all tests."""

from __future__ import annotations

import os
import signal

from build_tasks.planning.ci_systems import tells_of_a_ci

# A shell starts its background jobs with SIGINT ignored, and programs pass that on; some tests press Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# In a CI, what these tests start would take its event for their own, and write into its summary.
for _name in filter(tells_of_a_ci, list(os.environ)):
    del os.environ[_name]
