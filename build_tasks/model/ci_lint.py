"""What `inv ci.lint` has to say about pipeline files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LintRule(StrEnum):
    """A mistake that a pipeline file can hold; docs/ci-lint.md shows each with an example."""

    MISSED_INPUT = "missed-input"
    DEAD_PATH = "dead-path"
    DEAD_BRANCH = "dead-branch"
    REFUSED_FILTER = "refused-filter"
    PENDING_CHECK = "pending-check"
    NO_SCAN = "no-scan"
    NO_IMAGE = "no-image"
    LATEST = "latest"
    DUPLICATE_KEY = "duplicate-key"
    UNREADABLE = "unreadable"
    #: A comment that is to allow a finding, and does not.
    BAD_ALLOW = "bad-allow"
    #: No mistake: something that could not be judged, so nothing is said about what it holds.
    NOT_LOOKED_INTO = "not-looked-into"

    @property
    def is_mistake(self) -> bool:
        return self is not LintRule.NOT_LOOKED_INTO


@dataclass(frozen=True, order=True)
class LintFinding:
    """One mistake, or one thing that could not be judged.

    :param file: relative to the repository's root, with ``/``.
    :param line: counts from 1.
    :param message: what is wrong, in one line.
    :param fix: what to write instead, in one line; may be empty.
    """

    file: str
    line: int
    rule: LintRule
    message: str
    fix: str = ""


@dataclass(frozen=True, order=True)
class AllowedFinding:
    """A finding that a comment in the file allows, and the reason that it gives."""

    finding: LintFinding
    because: str


@dataclass(frozen=True)
class LintReport:
    """What was found, each part sorted by file and line.

    :param files: the pipeline files that were read.
    :param allowed: what is not among the findings because the files themselves say why it may be.
    """

    files: tuple[str, ...]
    findings: tuple[LintFinding, ...]
    allowed: tuple[AllowedFinding, ...] = ()

    @property
    def mistakes(self) -> tuple[LintFinding, ...]:
        return tuple(finding for finding in self.findings if finding.rule.is_mistake)
