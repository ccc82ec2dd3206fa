"""Registries that keep the list of attachments themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from build_tasks.adapters.oci_attachment_manifest import (
    attachment_manifest,
    check_file_names,
    is_attachment,
)
from build_tasks.adapters.oci_attachments import AttachmentStore
from build_tasks.adapters.oci_client import OrasClient, digest_of
from build_tasks.adapters.process import CommandLog, Processes
from build_tasks.model.images import Ref

_IMAGE = Ref("registry.example.org", "shop/delivery").at(digest_of(b"image"))
_EVIDENCE, _TITLE = "application/vnd.test.evidence", "org.opencontainers.image.title"


def _manifest(**note: str) -> dict[str, Any]:
    """An attachment of two files as the flow makes it, and perhaps a layer of somebody's."""
    files, made = {"statement.json": b"{}", "statement.json.sig": b"!"}, datetime(2026, 3, 1, tzinfo=UTC)
    subject = {"digest": str(_IMAGE.digest)}
    manifest: dict[str, Any] = json.loads(attachment_manifest(_EVIDENCE, files, subject, made))
    added = [{**manifest["layers"][0], "annotations": note}] if note else []
    return {**manifest, "layers": [*manifest["layers"], *added]}


def test_a_registry_with_the_referrers_api_gets_no_tags(tmp_path: Path) -> None:
    program = tmp_path / "oras"
    program.write_text('#!/bin/sh\necho "$1" >> "${0%/*}/commands"\necho \'{"referrers": []}\'\n')
    program.chmod(0o755)
    store = AttachmentStore(OrasClient(Processes(CommandLog(None)), program))
    store.restore(_IMAGE, [digest_of(b"evidence")])
    store.restore(_IMAGE, [digest_of(b"approval")])
    assert (tmp_path / "commands").read_text().split() == ["discover"], "asked once, and nothing written"


@pytest.mark.parametrize("name", ["../x", "/x", "a/b", "", ".", ".."])
def test_paths_are_not_file_names(name: str) -> None:
    with pytest.raises(ValueError, match="plain file name"):
        check_file_names({name: b""})
    check_file_names({"approval.json": b"", "approval.json.sig": b""})


def test_what_the_flow_attaches_is_an_attachment() -> None:
    assert _IMAGE.digest and is_attachment(_manifest(), _IMAGE.digest)


@pytest.mark.parametrize(
    "note",
    [
        {_TITLE: "folder/file"},
        {_TITLE: "../file"},
        {_TITLE: "statement.json"},
        {_TITLE: "folder", "io.deis.oras.content.unpack": "true"},
        {"some": "note"},
    ],
)
def test_a_layer_that_is_no_file_beside_the_others_is_none(note: Mapping[str, str]) -> None:
    """Whoever counts the files counts two."""
    assert _IMAGE.digest and not is_attachment(_manifest(**note), _IMAGE.digest)
