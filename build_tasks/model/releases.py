"""What Helm and Kubernetes say about deployed versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ReleaseStatus(StrEnum):
    """Helm's own words for a release's state."""

    DEPLOYED = "deployed"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    UNINSTALLED = "uninstalled"
    UNINSTALLING = "uninstalling"
    PENDING_INSTALL = "pending-install"
    PENDING_UPGRADE = "pending-upgrade"
    PENDING_ROLLBACK = "pending-rollback"
    UNKNOWN = "unknown"

    @property
    def pending(self) -> bool:
        """Somebody is at it, or was killed while at it."""
        return self.value.startswith("pending-")

    @property
    def took_effect(self) -> bool:
        """A revision of that state is in force, or was."""
        return self in (ReleaseStatus.DEPLOYED, ReleaseStatus.SUPERSEDED)


#: Kubernetes' own label for the pods of one revision of a Deployment.
TEMPLATE_LABEL = "pod-template-hash"
#: Annotation of a worker's Deployment: how many pods it has while its version is the live one.
REPLICAS_WHEN_LIVE = "build-tasks/replicas"


@dataclass(frozen=True)
class Revision:
    """One revision of a Helm release; ``values`` are those given by the user of Helm."""

    release: str
    number: int
    status: ReleaseStatus
    chart: str
    app_version: str
    updated: datetime
    description: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class HookRun:
    """The last run of a test hook of a release; ``phase`` is Helm's (``Succeeded``, ``Failed``...)."""

    name: str
    phase: str


@dataclass(frozen=True)
class PodState:
    """A pod in the words that explain a failed rollout.

    :param reasons: reasons of waiting or terminated containers and of conditions that are not met,
        e.g. ``("CrashLoopBackOff", "Error")`` or ``("Unschedulable",)``.
    :param message: the longest message that came with them.
    """

    name: str
    phase: str
    ready: bool
    restarts: int
    reasons: tuple[str, ...]
    message: str
    image: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rollout:
    """A Deployment's progress; ``observed`` is false while its controller has not seen the change.

    :param template: the present pods' value of the label ``pod-template-hash``; other pods are of the
        template before and say nothing about this one. Empty if not known.
    :param when_live: pods it has while its version is the live one, as its chart says; a worker's version has
        none until then.
    :param trouble: why the controller cannot make pods (a quota, Pod Security); empty if it can.
    """

    name: str
    desired: int
    updated: int
    available: int
    observed: bool
    labels: Mapping[str, str] = field(default_factory=dict)
    change_cause: str = ""
    image: str = ""
    template: str = ""
    trouble: str = ""
    when_live: int = 1

    @property
    def complete(self) -> bool:
        return self.observed and self.updated >= self.desired and self.available >= self.desired
