"""A signature that was accepted a moment ago is not asked about again; what was refused is."""

from __future__ import annotations

from pathlib import Path

import pytest

from build_tasks.adapters.programs.process import CommandLog, Processes
from build_tasks.adapters.signing import ssh
from build_tasks.adapters.signing.ssh_signers import parse_allowed_signers
from build_tasks.errors import FlowError

_ALICE = "alice ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFdVidpdjf61aJgrgyZAVO6aDzeu9iJJm3OMRbGp+Qmg"
_FOR = "approval"


def _signer(folder: Path) -> ssh.SshSigner:
    """With a program that takes anything for a signature of Alice's, good while ``good`` is there."""
    [alice] = parse_allowed_signers(_ALICE, "read")
    said = f'Good "{_FOR}" signature with ED25519 key {alice.fingerprint}'
    program = folder / "ssh-keygen"
    program.write_text(
        f'#!/bin/sh\necho "$2" >> "${{0%/*}}/commands"\necho \'{said}\'\n'
        '[ "$2" = check-novalidate ] || [ -e "${0%/*}/good" ]\n'
    )
    program.chmod(0o755)
    (folder / "good").touch()
    return ssh.SshSigner(Processes(CommandLog(None)), program)


def _commands(folder: Path) -> int:
    return len((folder / "commands").read_text().split())


def test_asked_once(tmp_path: Path) -> None:
    signer = _signer(tmp_path)
    assert [signer.verify(b"data", b"signature", _ALICE, _FOR).principal for _ in range(3)] == ["alice"] * 3
    assert _commands(tmp_path) == 2


@pytest.mark.parametrize(
    "other",
    [
        (b"other", b"signature", _ALICE, _FOR),
        (b"data", b"other", _ALICE, _FOR),
        (b"data", b"signature", f"{_ALICE} note", _FOR),
        (b"data", b"signature", _ALICE, "evidence"),
    ],
)
def test_anything_else_is_another_question(tmp_path: Path, other: tuple[bytes, bytes, str, str]) -> None:
    signer = _signer(tmp_path)
    signer.verify(b"data", b"signature", _ALICE, _FOR)
    (tmp_path / "good").unlink()
    with pytest.raises(FlowError, match="allowed signers"):
        signer.verify(*other)


def test_a_minute_later_it_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh, "_ACCEPTED_FOR", 0.0)
    signer = _signer(tmp_path)
    signer.verify(b"data", b"signature", _ALICE, _FOR)
    (tmp_path / "good").unlink()
    with pytest.raises(FlowError, match="allowed signers"):
        signer.verify(b"data", b"signature", _ALICE, _FOR)


def test_what_was_refused_is_asked_again(tmp_path: Path) -> None:
    signer = _signer(tmp_path)
    (tmp_path / "good").unlink()
    for _ in range(2):
        with pytest.raises(FlowError):
            signer.verify(b"data", b"signature", _ALICE, _FOR)
    assert _commands(tmp_path) == 4
