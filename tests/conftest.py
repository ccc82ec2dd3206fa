"""For all tests."""

from __future__ import annotations

import os
import signal

from build_tasks.planning.ci.systems import tells_of_a_ci

# A shell starts its background jobs with SIGINT ignored, nohup has SIGHUP ignored, and programs pass that on;
# tests, and the commands that they start, are to be ended by both.
for _kind, _handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_kind) is signal.SIG_IGN:
        signal.signal(_kind, _handler)

# In a CI, what these tests start would take its event for their own, and write into its summary.
for _name in filter(tells_of_a_ci, list(os.environ)):
    del os.environ[_name]
