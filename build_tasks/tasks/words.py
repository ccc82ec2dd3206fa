"""The help texts of flags that many tasks have: said the same everywhere."""

ENV = "environment, e.g. dev, qa or prod"
VERSION = "released version, e.g. 1.0.2"
EXPECT_ACTIVE = "refuse if another version than this is live (none: if any is); default: whatever is"
REASON = "why, for `helm history` and `kubectl rollout history` (default: the commit)"
DRY_RUN = "print what would be done, and why; do nothing"
FORCE = "also when the inputs are unchanged"
SCAN_AGAIN = "also when the scanner knows nothing newer"
FILTER = (
    "only tests that match this expression, in the words of its framework (pytest -k, vitest -t, go -run)"
)
JSON = "as JSON"
SYSTEMS = "these CI systems, of azure, github and gitlab (default: ci.systems in the settings)"
ONLY = "these services, a,b (default: all)"
JOBS = "how many services at the same time (default: the number of CPUs, at least 2)"
KEY = "private SSH key to sign with (default: git's user.signingkey)"
