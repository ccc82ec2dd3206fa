"""What comes of faults: each case ends in one clear error or in convergence, and is counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from build_tasks.errors import ExitCode
from tests.integration.typed import Typed

CONVERGED, CLEAR, ENDED, TRACEBACK = "converged", "clear errors", "ended by us", "tracebacks"
#: Codes of a command that says what was attempted, why it failed and what to do.
_TOLD = {code for code in ExitCode if code not in (ExitCode.OK, ExitCode.BUG, ExitCode.INTERRUPTED)}


@dataclass
class Gameday:
    """The cases that were tried.

    :param endings: what came of each command of a case.
    """

    endings: dict[str, list[str]] = field(default_factory=dict)

    def converged(self, case: str, typed: Typed) -> None:
        """A command that must have done all there was to do."""
        self._note(case, typed)
        assert typed.status == 0, typed.said

    def refused(self, case: str, typed: Typed, *codes: ExitCode, says: str = "") -> None:
        """A command that must have ended in one clear error, with one of these codes."""
        self._note(case, typed)
        assert typed.status in codes, typed.said
        assert says in typed.said and "  why:   " in typed.err, typed.said

    def survived(self, case: str, typed: Typed, *codes: int) -> None:
        """A command to which something was done: it may have ended before that."""
        self._note(case, typed)
        assert typed.status in (0, *codes), typed.said

    def _note(self, case: str, typed: Typed) -> None:
        self.endings.setdefault(case, []).append(_ending(typed))
        assert "Traceback" not in typed.said and "a bug in build_tasks" not in typed.said, typed.said

    def summary(self) -> str:
        """In one line: how many cases, and what came of their commands."""
        counted = Counter(ending for endings in self.endings.values() for ending in endings)
        parts = [f"{counted[ending]} {ending}" for ending in (CONVERGED, CLEAR, ENDED, TRACEBACK)]
        return f"{len(self.endings)} cases tried; commands: {', '.join(parts)}"


def _ending(typed: Typed) -> str:
    if "Traceback" in typed.said or typed.status == ExitCode.BUG:
        return TRACEBACK
    if typed.status == 0:
        return CONVERGED
    return CLEAR if typed.status in _TOLD else ENDED
