"""What a promotion would do, as it was when somebody looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from build_tasks.model.evidence import ReleasedArtifacts
from build_tasks.model.images import Digest
from build_tasks.model.plan import Expected
from build_tasks.model.version import Version


@dataclass(frozen=True)
class SeenApproval:
    """An approval that counted; times in UTC."""

    by: str
    issued: datetime
    expires: datetime


@dataclass(frozen=True)
class PromotionPlan:
    """A promotion, with all that it was planned on.

    :param found: the version's digests.
    :param commit: full name of the commit that the version was cut from.
    :param active: the version that production's traffic went to; None: no version's.
    :param running: digest of what that version's release was made of, as Helm keeps it; None: there was none.
    :param manifests: digest of what the version's release would be made of.
    :param approvals: those that counted.
    :param required: how many production wanted.
    :param reason: the change cause.
    :param downgrade: also if production runs a newer version.
    :param made: when (UTC).
    """

    service: str
    version: Version
    environment: str
    found: ReleasedArtifacts
    commit: str
    active: Version | None
    running: Digest | None
    manifests: Digest
    approvals: tuple[SeenApproval, ...]
    required: int
    reason: str
    downgrade: bool
    made: datetime

    @property
    def expected(self) -> Expected:
        """What has to be live still when the traffic moves."""
        return Expected(self.active)


@dataclass(frozen=True)
class Preview:
    """A plan, and what its readers want to see of it.

    :param obstacles: why production would not let it in now, in whole phrases; empty if it would.
    :param diff: from what runs to what would, in lines.
    """

    plan: PromotionPlan
    obstacles: tuple[str, ...]
    diff: tuple[str, ...]
