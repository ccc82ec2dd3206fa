"""What a traffic probe saw, and how it is summed up."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

_ERRORS_KEPT = 5
_SWITCHES_KEPT = 20


class Switch(msgspec.Struct):
    """Clients that went from one version to another, with no move the other way in between."""

    at_s: float
    """Seconds after the start at which the first client was answered by the new version."""
    until_s: float
    """Seconds after the start at which the last client was."""
    source: str = msgspec.field(name="from")
    target: str = msgspec.field(name="to")
    clients: int = 1


class Tally:
    """Counts the answers of all clients; `first_answer` is called with the version of the first."""

    def __init__(self, first_answer: Callable[[str], None] = lambda version: None) -> None:
        self._first_answer = first_answer
        self._requests = 0
        self._failed = 0
        self._versions: Counter[str] = Counter()
        self._errors: list[str] = []
        self._switches: list[Switch] = []
        self._latest: dict[int, str] = {}

    def answered(self, client: int, version: str, at_s: float) -> None:
        """`client` was answered by `version`, `at_s` seconds after the start."""
        if not self._latest:
            self._first_answer(version)
        self._requests += 1
        self._versions[version] += 1
        before = self._latest.get(client, version)
        self._latest[client] = version
        if before != version:
            self._moved(before, version, round(at_s, 2))

    def lost(self, client: int, reason: str, at_s: float) -> None:
        """A request of `client` got no good answer."""
        self._requests += 1
        self._failed += 1
        if len(self._errors) < _ERRORS_KEPT:
            self._errors.append(f"{at_s:.2f}s client {client}: {reason}")

    def _moved(self, source: str, target: str, at_s: float) -> None:
        last = self._switches[-1] if self._switches else None
        if last and (last.source, last.target) == (source, target):
            last.clients += 1
            last.until_s = at_s
        elif len(self._switches) < _SWITCHES_KEPT:
            self._switches.append(Switch(at_s=at_s, until_s=at_s, source=source, target=target))

    @property
    def versions(self) -> Mapping[str, int]:
        """How many answers each version gave."""
        return self._versions

    @property
    def latest(self) -> Mapping[int, str]:
        """The version that answered each client last."""
        return self._latest

    @property
    def failed(self) -> int:
        return self._failed

    @property
    def clean(self) -> bool:
        """Nothing was lost, and there was something to lose."""
        return self._failed == 0 and self._requests > 0

    def summary(self) -> dict[str, Any]:
        return {
            "requests": self._requests,
            "failed": self._failed,
            "versions": dict(self._versions),
            "errors": self._errors,
            "switches": self._switches,
        }
