"""What the platform's steps need of this machine itself."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol


class Host(Protocol):
    """This machine."""

    def inotify_instances(self) -> int:
        """fs.inotify.max_user_instances; -1 where there is no such limit to read."""

    def raise_inotify_instances(self, to: int) -> bool:
        """Whether the limit could be raised."""

    def cgroup_version(self) -> int:
        """1 or 2; 0 where there are no cgroups (the engine runs elsewhere)."""

    def free_bytes(self, path: Path) -> int:
        """Free space of the file system that holds, or would hold, the path."""

    def port_free(self, port: int) -> bool:
        """Whether 127.0.0.1:port can be bound."""

    def http_ok(self, url: str) -> bool:
        """Whether a GET is answered with 200 within a few seconds."""

    def may_upload(self, registry: str, repository: str) -> bool:
        """Whether a registry lets anybody begin an upload there; the upload is taken back."""


class KeyMaker(Protocol):
    """Makes SSH keys."""

    def new_key(self, file: Path, owner: str) -> str:
        """Make a key pair without a passphrase; gives the public half, ``ssh-ed25519 AAAA...``.

        :param file: gets the private half, mode 0600; the public one lies beside it (``.pub``).
        :param owner: goes with the key as its comment.
        """


class PrivateFiles(Protocol):
    """Files with credentials, mode 0600, in the instance's folder."""

    def read(self, path: Path) -> str:
        """The text; empty if there is no such file."""

    def write(self, path: Path, text: str) -> None:
        """All of it or nothing, never readable by others in between."""

    def remove_folder(self, folder: Path) -> bool:
        """Whether there was one."""

    def lock(self, path: Path) -> AbstractContextManager[object]:
        """Only one process at a time; waits for the other."""
