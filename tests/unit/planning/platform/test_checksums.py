"""Publishers' checksum files."""

from __future__ import annotations

import pytest

from build_tasks.planning.platform.checksums import published_sha256

A, B = "a" * 64, "b" * 64


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(A, id="a hash alone, as Kubernetes writes it"),
        pytest.param(f"{A}\n", id="a hash alone and a line's end"),
        pytest.param(A.upper(), id="in capitals"),
        pytest.param(f"{A}  tool-1.0.tar.gz\n", id="sha256sum"),
        pytest.param(f"{A} *tool-1.0.tar.gz\n", id="sha256sum -b, as buildx's"),
        pytest.param(f"{A}  ./tool-1.0.tar.gz\n", id="with the folder"),
        pytest.param(f"{B}  other.tar.gz\r\n{A}  tool-1.0.tar.gz\r\n", id="a list with a carriage return"),
        pytest.param(f"# of 1.0\n\n{A}\ttool-1.0.tar.gz\n{A}  tool-1.0.tar.gz\n", id="said twice"),
    ],
)
def test_forms(text: str) -> None:
    assert published_sha256(text, "tool-1.0.tar.gz") == A


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "holds no SHA-256"),
        ("<!DOCTYPE html><html>", "begins: '<!DOCTYPE"),
        (f"{A[:-1]}  tool-1.0.tar.gz", "holds no SHA-256"),
        (f"{A * 2}  tool-1.0.tar.gz", "holds no SHA-256"),
        (
            f"{A}  tool-1.0.tar.gz.asc\n{B}  not-tool-1.0.tar.gz\n",
            "lists 2 files, and tool-1.0.tar.gz is not",
        ),
        (f"{A}  tool-1.0.tar.gz\n{B}  tool-1.0.tar.gz\n", "2 different hashes"),
        (f"{A}\n{B}\n", "holds no SHA-256"),
    ],
)
def test_what_says_nothing_of_the_file(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        published_sha256(text, "tool-1.0.tar.gz")
