"""What is known of an image is kept for the machine."""

from __future__ import annotations

from pathlib import Path

from build_tasks.adapters.provisioning.content_store import ContentStore
from build_tasks.adapters.provisioning.kept_documents import KeptDocuments


def kept(cache: Path) -> KeptDocuments:
    """As another clone has it."""
    return KeptDocuments(ContentStore(cache), "provenance.json")


def test_what_one_clone_kept_another_finds(tmp_path: Path) -> None:
    kept(tmp_path).keep("sha256:1", b"{}")
    assert kept(tmp_path).of("sha256:1") == b"{}"
    assert kept(tmp_path).of("sha256:2") is None


def test_what_was_kept_first_stays(tmp_path: Path) -> None:
    kept(tmp_path).keep("sha256:1", b"first")
    kept(tmp_path).keep("sha256:1", b"second")
    assert kept(tmp_path).of("sha256:1") == b"first"


def test_it_may_be_thrown_away(tmp_path: Path) -> None:
    kept(tmp_path).keep("sha256:1", b"{}")
    [entry] = ContentStore(tmp_path).entries()
    ContentStore(tmp_path).remove(entry.parent.name, entry.name)
    assert kept(tmp_path).of("sha256:1") is None


def test_the_whole_of_what_it_is_about_counts(tmp_path: Path) -> None:
    """A builder signs for an image of which something is kept: a short hash of its id is too few digits."""
    kept(tmp_path).keep("sha256:1", b"{}")
    [entry] = ContentStore(tmp_path).entries()
    assert len(entry.name) == 64
