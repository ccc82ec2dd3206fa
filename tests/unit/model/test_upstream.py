"""Addresses, references and names."""

from __future__ import annotations

import pytest

from build_tasks.model.images import Digest
from build_tasks.model.routes import Route, pulls_images, routes_of
from build_tasks.model.upstream import PULLED, Release, Target, Upstream

_UPSTREAM = Upstream({}, {}, "docker.io")
_DIGEST = Digest("sha256:" + "a" * 64)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("redis", "docker.io/library/redis:latest"),
        ("redis:8", "docker.io/library/redis:8"),
        ("kindest/node:v1.37.0", "docker.io/kindest/node:v1.37.0"),
        ("docker.io/redis:8", "docker.io/library/redis:8"),
        ("registry.example.org/team/base:1", "registry.example.org/team/base:1"),
        ("localhost:5001/base", "localhost:5001/base:latest"),
        ("localhost/base:1", "localhost/base:1"),
        (f"redis@{_DIGEST}", f"docker.io/library/redis@{_DIGEST}"),
        (f"redis:8@{_DIGEST}", f"docker.io/library/redis:8@{_DIGEST}"),
    ],
)
def test_a_short_reference_means_what_it_means_to_docker(reference: str, expected: str) -> None:
    assert str(_UPSTREAM.locate(reference)) == expected


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("redis:8", "redis:8-aaaaaaaaaaaa"),
        ("kindest/node:v1.37.0", "kindest/node:v1.37.0-aaaaaaaaaaaa"),
        (f"redis@{_DIGEST}", "redis:aaaaaaaaaaaa"),
        ("registry.example.org:8443/team/base:1", "registry.example.org-8443/team/base:1-aaaaaaaaaaaa"),
    ],
)
def test_what_was_pulled_has_a_name_of_ours_that_tells_its_content(reference: str, expected: str) -> None:
    assert _UPSTREAM.engine_name(reference, _DIGEST) == PULLED + expected


def test_addresses_are_filled_in_for_a_machine() -> None:
    release = Release(
        "helm",
        "helm",
        "https://example.org/helm-v{version}-{system}-{machine}.tar.gz",
        "{file}.sha256sum",
        "{system}-{machine}/helm",
        ("linux", "darwin"),
    )
    mac = Target("darwin", "arm64")
    assert release.url("4.3.1", mac) == "https://example.org/helm-v4.3.1-darwin-arm64.tar.gz"
    assert release.checksums_url("4.3.1", mac) == f"{release.url('4.3.1', mac)}.sha256sum"
    assert release.path_inside("4.3.1", mac) == "darwin-arm64/helm"


def test_routes() -> None:
    assert routes_of("packages, path,packages") == (Route.PACKAGES, Route.PATH)


@pytest.mark.parametrize(
    ("routes", "pulls"),
    [
        ((Route.PATH, Route.UPSTREAM, Route.PACKAGES), True),
        ((Route.UPSTREAM,), True),
        ((Route.PACKAGES, Route.UPSTREAM), False),
        ((Route.PATH, Route.PACKAGES), False),
    ],
)
def test_images_are_pulled_where_that_comes_before_making_them(
    routes: tuple[Route, ...], pulls: bool
) -> None:
    assert pulls_images(routes) is pulls


@pytest.mark.parametrize("text", ["", " , ", "path;upstream", "cache"])
def test_what_is_no_list_of_routes(text: str) -> None:
    with pytest.raises(ValueError, match="known: path, upstream, packages"):
        routes_of(text)
