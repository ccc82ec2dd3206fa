"""What is signed, as text and back."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from build_tasks.model.evidence import Decision, ReleaseRecord, Statement
from build_tasks.model.images import Digest
from build_tasks.model.source import Signature, SignedTag
from build_tasks.planning.releases.statements import (
    read_record,
    read_statement,
    read_tag,
    tagged_at,
    write_record,
    write_statement,
)
from tests.fakes.samples import SHA, digest, v

STATEMENT = Statement(
    Decision.APPROVE,
    "delivery",
    "1.0.2",
    "prod",
    digest("a"),
    digest("b"),
    datetime(2026, 3, 1, 12, tzinfo=UTC),
    datetime(2026, 3, 4, 12, tzinfo=UTC),
    "tested",
)
FIELDS: dict[str, object] = json.loads(write_statement(STATEMENT))

DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64).map(lambda text: Digest(f"sha256:{text}"))
#: To the second, as they are written; every zone.
TIMES = st.datetimes(
    min_value=datetime(1970, 1, 3), max_value=datetime(2200, 1, 1), timezones=st.timezones()
).map(lambda time: time.replace(microsecond=0))


@given(
    st.builds(
        Statement,
        st.sampled_from(Decision),
        st.text(),
        st.text(),
        st.text(),
        DIGESTS,
        DIGESTS,
        TIMES,
        TIMES,
        st.text(),
    )
)
def test_what_is_written_is_read_again(statement: Statement) -> None:
    assert read_statement(write_statement(statement)) == statement


def test_equal_statements_are_equal_bytes() -> None:
    tokyo = timezone(timedelta(hours=9))
    elsewhere = Statement(**{**vars(STATEMENT), "issued": STATEMENT.issued.astimezone(tokyo)})
    assert write_statement(elsewhere) == write_statement(STATEMENT)
    assert b"2026-03-01T12:00:00+00:00" in write_statement(STATEMENT)


def test_times_are_read_as_utc() -> None:
    read = read_statement(json.dumps({**FIELDS, "expires": "2026-03-04T14:00:00+02:00"}).encode())
    assert f"{read.expires:%H:%M}" == "12:00"


def test_a_reason_may_be_left_out() -> None:
    fields = {key: value for key, value in FIELDS.items() if key != "reason"}
    assert read_statement(json.dumps(fields).encode()).reason == ""


@pytest.mark.parametrize("key", sorted(set(FIELDS) - {"reason"}))
def test_every_other_field_is_needed(key: str) -> None:
    fields = {name: value for name, value in FIELDS.items() if name != key}
    with pytest.raises(ValueError, match=key):
        read_statement(json.dumps(fields).encode())


@pytest.mark.parametrize(
    "change",
    [
        {"decision": "maybe"},
        {"decision": ["approve"]},
        {"decision": None},
        {"image": "sha256:abc"},
        {"image": None},
        {"chart": 7},
        {"chart": "v1.0.2"},
        {"issued": "yesterday"},
        {"issued": "2026-03-01T12:00:00"},
        {"issued": 1772366400},
        {"expires": None},
        {"expires": "0001-01-01T00:00:00+14:00"},
        {"expires": "9999-12-31T23:59:59-14:00"},
    ],
)
def test_fields_that_cannot_be_read(change: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        read_statement(json.dumps({**FIELDS, **change}).encode())


NOT_OBJECTS = [b"", b"{", b"[]", b"null", b"7", b'"approve"', b"\xff", b"\x00", b"[" * 100_000, b"1" * 5000]


@pytest.mark.parametrize("data", NOT_OBJECTS, ids=range(len(NOT_OBJECTS)))
def test_what_is_no_statement(data: bytes) -> None:
    with pytest.raises(ValueError):
        read_statement(data)


@given(
    st.one_of(
        st.binary(max_size=40),
        st.dictionaries(st.sampled_from(sorted(FIELDS)), st.none() | st.text()).map(
            lambda fields: json.dumps({**FIELDS, **fields}).encode()
        ),
    )
)
def test_nothing_else_than_a_value_error_comes_of_it(data: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(read_statement(data), Statement)


def tag(message: str, commit: str = SHA) -> SignedTag:
    return SignedTag("record/delivery/v1.0.2", commit, message, "cutter", "SHA256:cutter")


def test_a_record_is_read_as_it_was_written() -> None:
    message = write_record("delivery", v("1.0.2"), SHA)
    signer = Signature("cutter", "SHA256:cutter")
    assert read_record(tag(message)) == ReleaseRecord("delivery", v("1.0.2"), SHA, signer)


def test_a_record_of_another_commit_than_its_tag_points_to() -> None:
    with pytest.raises(ValueError, match="it says c0ffee000000 and points to dddddddddddd"):
        read_record(tag(write_record("delivery", v("1.0.2"), SHA), "d" * 40))


def test_a_record_whose_tag_goes_by_another_name() -> None:
    """Or a record could be moved to where another version's is looked for."""
    with pytest.raises(ValueError, match=r"1\.0\.3 and was signed as the tag record/delivery/v1\.0\.2"):
        read_record(tag(write_record("delivery", v("1.0.3"), SHA)))


@pytest.mark.parametrize(
    "message",
    [
        "",
        "release 1.0.2",
        "[]",
        "{}",
        '{"service": "delivery", "version": "1.0.2"}',
        '{"service": "delivery", "version": "1.0", "commit": "c"}',
        '{"version": "1.0.2", "commit": "c"}',
    ],
)
def test_what_is_no_record(message: str) -> None:
    with pytest.raises(ValueError):
        read_record(tag(message))


TAG = b"object c0ffee\ntype commit\ntag record/delivery/v1.0.2\ntagger Ann <a@x> 1 +0000\n\none\n\ntwo\n"


def test_a_tag_as_git_keeps_it() -> None:
    tag = read_tag(TAG, Signature("ann", "SHA256:ann"))
    assert tag == SignedTag("record/delivery/v1.0.2", "c0ffee", "one\n\ntwo", "ann", "SHA256:ann")


@pytest.mark.parametrize(
    "text", [b"", b"x", b"\xff", TAG.replace(b"type commit", b"type tree"), TAG.replace(b"object", b"obj")]
)
def test_what_is_no_tag_of_a_commit(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"not a tag of a commit|decode"):
        read_tag(text, Signature("ann", "SHA256:ann"))


@given(st.binary(max_size=80))
def test_any_bytes_are_a_tag_or_refused(text: bytes) -> None:
    try:
        assert read_tag(text, Signature("ann", "SHA256:ann")).commit
    except ValueError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        (b"tagger A <a@b> 1772366400 +0200\n\nx", datetime(2026, 3, 1, 12, 0, tzinfo=UTC)),
        (b"tagger A > B <a@b> 1772366400 -0700", datetime(2026, 3, 1, 12, 0, tzinfo=UTC)),
        (b"tagger A <a@b> 0 +0000", datetime(1970, 1, 1, tzinfo=UTC)),
        (b"object x\n\ntagger is not here", None),
        (b"tagger A <a@b> 99999999999999 +0000", None),
        (b"\xff", None),
    ],
)
def test_when_a_tag_was_made(text: bytes, when: datetime | None) -> None:
    assert tagged_at(text) == when
