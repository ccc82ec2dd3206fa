"""Registries that keep the list of attachments themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.adapters.oci_attachment_manifest import check_file_names
from build_tasks.adapters.oci_attachments import AttachmentStore
from build_tasks.adapters.oci_client import OrasClient, digest_of
from build_tasks.adapters.process import CommandLog, Processes
from build_tasks.model.images import Ref

_IMAGE = Ref("registry.example.org", "shop/delivery").at(digest_of(b"image"))


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
