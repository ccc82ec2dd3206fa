"""What git says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Commit:
    """A commit; ``sha`` is its full hexadecimal name.

    :param body: its message without the subject; read only where commits are listed.
    """

    sha: str
    subject: str
    author: str
    date: datetime
    body: str = ""


@dataclass(frozen=True)
class Parting:
    """Where two histories part.

    :param one: full name of a commit.
    :param other: full name of another.
    :param common: the best common ancestor; empty if none is known.
    """

    one: str
    other: str
    common: str


@dataclass(frozen=True)
class SignedTag:
    """An annotated tag with a valid signature.

    :param principal: whom the allowed-signers file names for the key.
    :param fingerprint: the key, as ``SHA256:...``.
    :param commit: full name of the commit the tag points to.
    """

    name: str
    commit: str
    message: str
    principal: str
    fingerprint: str


@dataclass(frozen=True)
class TagObject:
    """A signed tag as git keeps it: what was signed, and the signature in armoured form.

    With both, anybody can check the tag without the repository (`ssh-keygen -Y verify -n git`).
    """

    text: bytes
    signature: bytes


@dataclass(frozen=True)
class Signature:
    """A valid detached signature: who made it, with which key."""

    principal: str
    fingerprint: str
