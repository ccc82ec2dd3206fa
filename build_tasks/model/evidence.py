"""Statements about a version: who cut it and who approved it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from build_tasks.model.images import Digest
from build_tasks.model.source import Signature
from build_tasks.model.version import Version

#: Namespace of approval signatures (`ssh-keygen -Y sign -n`); an allowed-signers line may be limited to it.
APPROVAL_NAMESPACE = "approval@build-tasks"
#: Namespace of release records: git's own for tags.
RECORD_NAMESPACE = "git"
#: OCI artifact type under which approvals are attached to the image.
APPROVAL_TYPE = "application/vnd.build-tasks.approval.v1+json"


class Decision(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True)
class ReleasedArtifacts:
    """The two digests that make up a version."""

    image: Digest
    chart: Digest


@dataclass(frozen=True)
class ReleaseRecord:
    """Who cut a version from which commit, as signed at `inv release.cut`."""

    service: str
    version: Version
    commit: str
    signer: Signature

    def is_about(self, service: str, version: Version) -> bool:
        """Whether it is that version's."""
        return (self.service, self.version) == (service, version)


@dataclass(frozen=True)
class Statement:
    """An approver's decision about exact digests."""

    decision: Decision
    service: str
    version: str
    environment: str
    image: Digest
    chart: Digest
    issued: datetime
    expires: datetime
    reason: str = ""


@dataclass(frozen=True)
class SignedStatement:
    """A statement with its valid signature, or ``refusal``: why the signature does not count."""

    statement: Statement
    signer: Signature | None
    refusal: str = ""
