"""What a builder says of a build cache, written and read."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from build_tasks.model.build_cache import CacheStatement
from build_tasks.model.images import Digest
from build_tasks.planning.evidence.cache_statements import read_cache_statement, write_cache_statement
from build_tasks.planning.evidence.in_toto import read_evidence

SAID = CacheStatement("delivery", "final", Digest("sha256:" + "a" * 64), datetime(2026, 11, 25, tzinfo=UTC))


def test_what_is_written_is_read() -> None:
    data = write_cache_statement(SAID)
    assert read_cache_statement(data) == SAID
    assert write_cache_statement(SAID) == data


def test_it_is_an_in_toto_statement_and_no_evidence() -> None:
    document = json.loads(write_cache_statement(SAID))
    assert document["_type"] == "https://in-toto.io/Statement/v1"
    assert document["predicateType"] == "urn:build-tasks:build-cache:v1"
    assert document["subject"] == [{"name": "delivery:final", "digest": {"sha256": "a" * 64}}]
    with pytest.raises(ValueError, match="nothing is known of the predicate"):
        read_evidence(write_cache_statement(SAID))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"),
        ("urn:build-tasks:build-cache:v1", "urn:build-tasks:inputs:v1"),
        ("a" * 64, "a" * 63),
        ("a" * 64, "A" * 64),
        ('"stage": "final"', '"stage": ""'),
        ('"service": "delivery"', '"service": 1'),
        ("2026-11-25T00:00:00Z", "2026-11-25T00:00:00"),
        ('"subject": [', '"subject": [], "subjects": ['),
        ("{", "["),
        ('"_type"', '"type"'),
    ],
)
def test_what_is_none(before: str, after: str) -> None:
    text = write_cache_statement(SAID).decode()
    assert before in text
    with pytest.raises(ValueError, match="not a statement about a build cache"):
        read_cache_statement(text.replace(before, after).encode())
