"""What buildx is told, and what is read from what it tells."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from build_tasks.adapters.docker.buildx_options import (
    build_options,
    cache_of,
    provenance_of,
    with_inline_cache,
)
from build_tasks.model.images import BuildRequest, Digest, Ref

CACHE = Ref("localhost:5001", "delivery", "cache")
PLAIN = BuildRequest("/shop", "/shop/Dockerfile", "final", "delivery:1")


def options(request: BuildRequest, builder: str = "") -> list[str]:
    return build_options(request, builder, Path("/tmp/metadata"))


def test_everything_a_build_is_given() -> None:
    request = BuildRequest("/c", "/c/D", "t", "a:1", {"A": "1"}, {"l": "x"}, {"py": "docker-image://b"})
    assert options(request, "far")[4:] == [
        *("--file", "/c/D", "--target", "t", "--tag", "a:1"),
        *("--build-arg", "A=1", "--label", "l=x", "--build-context", "py=docker-image://b"),
        *("--builder", "far", "--metadata-file=/tmp/metadata"),
    ]


def test_nothing_is_written_for_others_unless_it_is_asked_for() -> None:
    told = options(BuildRequest("/c", "/c/D", "t", "a:1", cache_from=(CACHE, CACHE.tagged("cache-test"))))
    assert [word for word in told if "cache" in word] == [
        "--cache-from=type=registry,ref=localhost:5001/delivery:cache",
        "--cache-from=type=registry,ref=localhost:5001/delivery:cache-test",
    ]


def test_a_cache_for_others() -> None:
    told = options(BuildRequest("/c", "/c/D", "t", "a:1", cache_to=CACHE))
    [wanted] = [word for word in told if "cache" in word]
    assert wanted.startswith("--cache-to=type=registry,ref=localhost:5001/delivery:cache,mode=max,")
    assert "image-manifest=true" in wanted and "ignore-error=true" in wanted
    assert [word for word in with_inline_cache(told) if "cache" in word] == ["--cache-to=type=inline"]
    assert len(with_inline_cache(told)) == len(told)


@pytest.mark.parametrize("key", ["buildx.build.provenance", "buildx.build.provenance/linux/amd64"])
def test_provenance_among_the_metadata(tmp_path: Path, key: str) -> None:
    file = tmp_path / "metadata.json"
    file.write_text(json.dumps({"buildx.build.ref": "x", key: {"buildType": "b"}}))
    assert provenance_of(file) == {"buildType": "b"}


@pytest.mark.parametrize("text", [None, "", "{", "{}", '{"buildx.build.provenance": 1}'])
def test_metadata_without_provenance(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "metadata.json"
    if text is not None:
        file.write_text(text)
    assert provenance_of(file) == {}


DIGEST = f"sha256:{'a' * 64}"


def test_what_a_build_left_for_others(tmp_path: Path) -> None:
    file = tmp_path / "metadata.json"
    said = json.dumps(
        {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": DIGEST, "size": 9}
    )
    file.write_text(json.dumps({"buildx.build.ref": "x", "cache.manifest": said}))
    assert cache_of(file) == Digest(DIGEST)


@pytest.mark.parametrize("said", [None, "", "{", "{}", '{"digest": "sha256:1"}', '{"digest": 1}', 1, {}])
def test_a_build_that_left_nothing_for_others(tmp_path: Path, said: object) -> None:
    file = tmp_path / "metadata.json"
    assert cache_of(file) is None
    file.write_text(json.dumps({"cache.manifest": said} if said is not None else {}))
    assert cache_of(file) is None


def test_a_cache_is_taken_by_its_digest() -> None:
    [word] = [w for w in options(replace(PLAIN, cache_from=(CACHE.at(Digest(DIGEST)),))) if "cache" in w]
    assert word == f"--cache-from=type=registry,ref=localhost:5001/delivery@{DIGEST}"
