"""Approval statements and release records as text, and back."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from build_tasks.model.evidence import Decision, ReleaseRecord, Statement
from build_tasks.model.images import Digest
from build_tasks.model.source import Signature, SignedTag
from build_tasks.model.version import Version
from build_tasks.planning.names import record_tag

#: Seconds since 1970 of any year that has four digits.
_TAGGER = re.compile(rb"^tagger [^\n]*> ([0-9]{1,11}) [+-][0-9]{4}$", re.MULTILINE)


def write_statement(statement: Statement) -> bytes:
    """The canonical bytes that are signed: JSON with sorted keys."""
    fields = {
        "decision": statement.decision.value,
        "service": statement.service,
        "version": statement.version,
        "environment": statement.environment,
        "image": str(statement.image),
        "chart": str(statement.chart),
        "issued": _stamp(statement.issued),
        "expires": _stamp(statement.expires),
        "reason": statement.reason,
    }
    return (json.dumps(fields, sort_keys=True, indent=1) + "\n").encode()


def read_statement(data: bytes) -> Statement:
    """Read a statement.

    :raises ValueError: it is none.
    """
    fields = _object(data)
    try:
        return Statement(
            decision=Decision(fields["decision"]),
            service=str(fields["service"]),
            version=str(fields["version"]),
            environment=str(fields["environment"]),
            image=Digest(fields["image"]),
            chart=Digest(fields["chart"]),
            issued=_time(fields["issued"]),
            expires=_time(fields["expires"]),
            reason=str(fields.get("reason", "")),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not an approval statement: {error}") from None


def write_record(service: str, version: Version, commit: str) -> str:
    """The message of a release record's tag."""
    return json.dumps(
        {"service": service, "version": str(version), "commit": commit}, sort_keys=True, indent=1
    )


def read_record(tag: SignedTag) -> ReleaseRecord:
    """Read a release record from its verified tag.

    :raises ValueError: it is none, or is about another commit or version than its tag.
    """
    fields = _object(tag.message.encode())
    try:
        record = ReleaseRecord(
            service=str(fields["service"]),
            version=Version.parse(str(fields["version"])),
            commit=str(fields["commit"]),
            signer=Signature(tag.principal, tag.fingerprint),
        )
    except KeyError as error:
        raise ValueError(f"not a release record: {error} is missing") from None
    if record.commit != tag.commit:
        raise ValueError(f"it says {record.commit[:12]} and points to {tag.commit[:12]}")
    if tag.name != record_tag(record.service, record.version):
        raise ValueError(f"it says {record.service} {record.version} and was signed as the tag {tag.name}")
    return record


def read_tag(text: bytes, signer: Signature) -> SignedTag:
    """A tag as git keeps it (https://git-scm.com/docs/git-mktag), its signature checked by the caller.

    :raises ValueError: it is none, or is not about a commit.
    """
    head, _, message = text.decode("utf-8").partition("\n\n")
    fields = dict(line.partition(" ")[::2] for line in head.splitlines())
    if fields.get("type") != "commit" or not fields.get("object") or not fields.get("tag"):
        raise ValueError("not a tag of a commit")
    name, commit = fields["tag"], fields["object"]
    return SignedTag(name, commit, message.rstrip("\n"), signer.principal, signer.fingerprint)


def tagged_at(text: bytes) -> datetime | None:
    """When a tag was made, as git keeps it (``tagger NAME <MAIL> SECONDS ZONE``); None if it does not say."""
    found = _TAGGER.search(text)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


def _object(data: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(data)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(fields, dict):
        raise ValueError("not a JSON object")
    return fields


def _stamp(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds")


def _time(text: object) -> datetime:
    time = datetime.fromisoformat(str(text))
    if time.tzinfo is None:
        raise ValueError(f"{text}: no time zone")
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text}: out of range") from None
