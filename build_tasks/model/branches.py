"""The flow's table of branches: which there are (README.md, "What happens when").

Three read it: `planning/ci/triggers.py` (what an event calls for), `planning/pipelines` (what starts a run)
and `planning/ci_lint` (what somebody's filters may name). What a row is to each is its own: an extent,
patterns of three systems, a language. Pipelines start for all of a row (`feature/**`), whatever the service:
a branch of a service that there is not must start a run to be told so.
"""

from __future__ import annotations

from enum import StrEnum

#: Branches ``<prefix>/<service>/...`` that are validated: built and tested.
VALIDATED = ("feature", "topic")
#: Branches ``<prefix>/<service>/v<semver>`` that are built in full, pushed and delivered.
RELEASED = "release"


class BranchKind(StrEnum):
    """The rows, and what is none."""

    MAIN = "main"
    VALIDATED = "validated"
    RELEASED = "released"
    OTHER = "other"

    @property
    def is_reviewed(self) -> bool:
        """Whether others have looked at what is pushed there, so that it may sign and write candidates."""
        return self in (BranchKind.MAIN, BranchKind.RELEASED)


def kind_of(branch: str, main: str) -> BranchKind:
    """The row that a branch is of, by its name alone: service and version may be none that there are.

    :param branch: its name, without ``refs/heads/``.
    :param main: the main branch's.
    """
    first, slash, _ = branch.partition("/")
    if branch == main:
        return BranchKind.MAIN
    if slash and first == RELEASED:
        return BranchKind.RELEASED
    return BranchKind.VALIDATED if slash and first in VALIDATED else BranchKind.OTHER
