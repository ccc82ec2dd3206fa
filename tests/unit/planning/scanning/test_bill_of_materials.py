"""What is read of a bill of materials."""

from __future__ import annotations

import json

import pytest

from build_tasks.model.bill_of_materials import Component
from build_tasks.planning.scanning.bill_of_materials import read_bill
from tests.fakes.scanning import OPENSSL, bill, component, debian


def test_a_debian_image() -> None:
    rebuilt = component("deb", "bash", "5.2-2+b10", source="bash", sourceVersion="5.2-2")
    made = read_bill(bill(debian(), OPENSSL, rebuilt, component("pypi", "requests", "2.0")))
    assert (made.distribution, made.codename) == ("debian", "trixie")
    assert made.components == (
        Component("deb", "libssl3t64", "3.5.1-1", "amd64", "openssl", "3.5.1-1"),
        Component("deb", "bash", "5.2-2+b10", "amd64", "bash", "5.2-2"),
        Component("pypi", "requests", "2.0", "", "requests", "2.0"),
    )
    assert made.of_kind("pypi") == made.components[2:]


def test_an_image_from_scratch() -> None:
    made = read_bill(bill(component("golang", "github.com/a/b", "v1.0.0")))
    assert (made.distribution, made.codename) == ("", "")
    assert [c.name for c in made.components] == ["github.com/a/b"]


def test_what_has_no_package_url_is_no_package() -> None:
    assert read_bill(bill({"type": "file", "name": "/bin/sh"})).components == ()


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"bomFormat": "SPDX"}',
        b'{"bomFormat": "CycloneDX", "components": 3}',
        json.dumps(
            {"bomFormat": "CycloneDX", "components": [{"type": "x", "name": "x", "purl": "x"}]}
        ).encode(),
    ],
)
def test_what_is_none(document: bytes) -> None:
    with pytest.raises(ValueError):
        read_bill(document)
