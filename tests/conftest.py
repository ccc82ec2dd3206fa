"""For all tests."""

from __future__ import annotations

import signal

# A shell starts its background jobs with SIGINT ignored, and programs pass that on; some tests press Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
