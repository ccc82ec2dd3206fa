"""The whole story of a version, as the registry tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from build_tasks.model.overview import DeployedVersion


@dataclass(frozen=True)
class ToldEvidence:
    """What there is of one kind of evidence.

    :param builder: who signed it; empty if nothing counts.
    :param when: when it happened (UTC); None if it does not say.
    :param says: what it says in one line.
    :param details: further lines, such as what a scan found.
    :param problems: why it does not let the version into production; empty if it does.
    """

    kind: str
    builder: str
    when: datetime | None
    says: str
    details: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class ToldDecision:
    """An approver's decision about this version.

    :param by: empty if the signature does not count; then ``refusal`` says why.
    """

    decision: str
    by: str
    issued: datetime
    expires: datetime
    reason: str
    refusal: str


@dataclass(frozen=True)
class ToldCopy:
    """Where the version is in the registry.

    :param image: digest of the image there; empty if there is none.
    :param chart: the same of the chart.
    """

    place: str
    image: str
    chart: str


@dataclass(frozen=True)
class Story:
    """Everything that is known of a version.

    :param image: digest.
    :param inputs: hash of what the image is made of, from its label; empty if it has none.
    :param built_from: the commit the image was first built from, from its label.
    :param commit: the commit the version was cut from; empty if no release record counts.
    :param cut_by: who cut it; empty, with ``cut_problem``, if no release record counts.
    :param complete: the evidence does for production.
    :param unknown: environments that could not be asked, and why.
    """

    service: str
    version: str
    image: str
    chart: str
    inputs: str
    built_from: str
    commit: str
    cut_by: str
    cut_problem: str
    complete: bool
    evidence: tuple[ToldEvidence, ...]
    decisions: tuple[ToldDecision, ...]
    copies: tuple[ToldCopy, ...]
    deployed: tuple[DeployedVersion, ...]
    unknown: Mapping[str, str]
