"""What a builder says of a build cache, as an in-toto statement, and back.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md; the predicate is ours.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec

from build_tasks.model.build_cache import CacheStatement
from build_tasks.model.images import Digest
from build_tasks.planning.evidence.in_toto import to_sign

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_Name = Annotated[str, msgspec.Meta(min_length=1)]
_Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class _Digest(msgspec.Struct):
    sha256: _Hash


class _Subject(msgspec.Struct):
    name: str
    digest: _Digest


class _Predicate(msgspec.Struct, rename="camel"):
    service: _Name
    stage: _Name
    recorded_on: _Moment


class _Statement(msgspec.Struct, rename={"type": "_type", "predicate_type": "predicateType"}):
    type: Literal["https://in-toto.io/Statement/v1"]
    subject: Annotated[list[_Subject], msgspec.Meta(min_length=1, max_length=1)]
    predicate_type: Literal["urn:build-tasks:build-cache:v1"]
    predicate: _Predicate


def write_cache_statement(said: CacheStatement) -> bytes:
    """The bytes that are signed, as those of evidence."""
    digest = _Digest(said.cache.text.removeprefix("sha256:"))
    subject = _Subject(f"{said.service}:{said.stage}", digest)
    predicate = _Predicate(said.service, said.stage, said.recorded)
    document = _Statement(
        "https://in-toto.io/Statement/v1", [subject], "urn:build-tasks:build-cache:v1", predicate
    )
    return to_sign(document)


def read_cache_statement(data: bytes) -> CacheStatement:
    """Read a statement.

    :raises ValueError: it is none of ours.
    """
    try:
        read = msgspec.json.decode(data, type=_Statement)
    except (msgspec.MsgspecError, RecursionError, OverflowError) as error:
        raise ValueError(f"not a statement about a build cache: {error}") from None
    said = read.predicate
    digest = Digest(f"sha256:{read.subject[0].digest.sha256}")
    return CacheStatement(said.service, said.stage, digest, said.recorded_on.astimezone(UTC))
