"""Registries that keep the list of attachments themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.registry.attachment_manifest import (
    attachment_manifest,
    check_file_names,
    is_attachment,
)
from build_tasks.adapters.registry.attachments import AttachmentStore
from build_tasks.adapters.registry.client import OrasClient, digest_of
from build_tasks.errors import ToolError
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


_CANNOT_PULL = """#!/bin/sh
case $1 in
    resolve) echo "$DIGEST" ;;
    discover) cat "${0%/*}/listed" ;;
    repo) ;;
    manifest) [ -s "${0%/*}/manifest" ] && cat "${0%/*}/manifest" || { echo 'x: not found' >&2; exit 1; } ;;
    pull) echo 'Error: path traversal disallowed' >&2; exit 1 ;;
esac
"""


def _found(folder: Path, manifest: Mapping[str, Any] | None) -> list[Mapping[str, bytes]]:
    """The files of what is attached, where oras can fetch none of it."""
    program = folder / "oras"
    program.write_text(_CANNOT_PULL.replace("$DIGEST", str(_IMAGE.digest)))
    program.chmod(0o755)
    listed = {"referrers": [{"digest": str(digest_of(b"rubbish")), "artifactType": _EVIDENCE}]}
    (folder / "listed").write_text(json.dumps(listed))
    (folder / "manifest").write_text(json.dumps(manifest) if manifest else "")
    store = AttachmentStore(OrasClient(Processes(CommandLog(None)), program))
    return [item.files for item in store.attachments(_IMAGE, [_EVIDENCE])]


@pytest.mark.parametrize("manifest", [_manifest(**{_TITLE: "../../file"}), None])
def test_rubbish_that_cannot_be_fetched_has_no_files(
    tmp_path: Path, manifest: Mapping[str, Any] | None
) -> None:
    """Else whoever attaches it could stop every release."""
    assert _found(tmp_path, manifest) == [{}]


def test_what_may_be_a_rejection_is_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="oras ended"):
        _found(tmp_path, _manifest())


def test_what_is_attached_is_fetched_once(tmp_path: Path) -> None:
    """Every gate of a command asks for it; the list is read each time."""
    listed = {"referrers": [{"digest": str(digest_of(b"evidence")), "artifactType": _EVIDENCE}]}
    (tmp_path / "listed").write_text(json.dumps(listed))
    program = tmp_path / "oras"
    program.write_text(
        f'#!/bin/sh\necho "$1" >> "${{0%/*}}/commands"\ncase $1 in\n    resolve) echo {_IMAGE.digest} ;;\n'
        '    discover) cat "${0%/*}/listed" ;;\n    pull) echo signed > "$4/statement.json" ;;\nesac\n'
    )
    program.chmod(0o755)
    store = AttachmentStore(OrasClient(Processes(CommandLog(None)), program))
    found = [store.attachments(_IMAGE, [_EVIDENCE]) for _ in range(2)]
    assert [[item.files for item in items] for items in found] == [[{"statement.json": b"signed\n"}]] * 2
    commands = (tmp_path / "commands").read_text().split()
    assert (commands.count("pull"), commands.count("discover")) == (1, 2)
