"""The help texts of flags that many tasks have: said the same everywhere."""

ENV = "environment, e.g. dev, qa or prod"
VERSION = "released version, e.g. 1.0.2"
REASON = "why, for `helm history` and `kubectl rollout history` (default: the commit)"
DRY_RUN = "print what would be done, and why; do nothing"
FORCE = "also when the inputs are unchanged"
JSON = "as JSON"
KEY = "private SSH key to sign with (default: git's user.signingkey)"
