"""References and digests."""

from __future__ import annotations

import pytest

from build_tasks.model.images import Digest, Ref

DIGEST = Digest("sha256:" + "ab" * 32)


@pytest.mark.parametrize(
    "text", ["", "sha256:", "sha256:" + "a" * 63, "sha256:" + "A" * 64, "sha512:" + "a" * 64, "a" * 64]
)
def test_refuses_what_is_no_digest(text: str) -> None:
    with pytest.raises(ValueError, match="sha256"):
        Digest(text)


def test_a_digest_in_short() -> None:
    assert (str(DIGEST), DIGEST.short) == ("sha256:" + "ab" * 32, "abababababab")


def test_references_as_docker_writes_them() -> None:
    ref = Ref("localhost:5001", "delivery")
    assert str(ref.tagged("v1.0.2")) == "localhost:5001/delivery:v1.0.2"
    assert str(ref.at(DIGEST)) == f"localhost:5001/delivery@{DIGEST}"
    assert str(ref.under("prod").tagged("v1.0.2")) == "localhost:5001/prod/delivery:v1.0.2"


def test_a_tag_and_a_digest_replace_each_other() -> None:
    ref = Ref("r", "delivery", "v1.0.2")
    assert ref.at(DIGEST).tag == "" and ref.at(DIGEST).tagged("v1.0.3").digest is None
