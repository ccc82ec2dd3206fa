"""Git and signatures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from build_tasks.model.affected import Change
    from build_tasks.model.source import Commit, Parting, Signature, TagObject


class SourceControl(Protocol):
    """The git repository the flow works on. ``ref`` is anything `git rev-parse` accepts."""

    def head(self) -> Commit: ...

    def commit(self, ref: str) -> Commit | None:
        """The commit a ref names; None if there is none."""

    def branch(self) -> str:
        """The current branch; empty when detached."""

    def is_dirty(self, paths: Sequence[str] = ()) -> bool:
        """Uncommitted changes, untracked files included, in the given paths or anywhere."""

    def uncommitted(self, paths: Sequence[str]) -> Sequence[Change]:
        """The files with such changes; a submodule is one, closed, whatever is changed in it."""

    def is_shallow(self) -> bool:
        """Whether the clone lacks older commits."""

    def parting(self, one: str, other: str) -> Parting | None:
        """Where the histories of two refs part; None if one of them names no commit that is here."""

    def merge_base(self, one: str, other: str) -> str | None:
        """Full name of the best common ancestor; None if there is none (unrelated or shallow)."""

    def changed_paths(self, base: str, head: str) -> Sequence[str]:
        """Paths that differ between two commits; both names of a rename."""

    def commits(self, base: str, head: str, paths: Sequence[str]) -> Sequence[Commit]:
        """Commits of ``head`` that ``base`` lacks and that change one of the paths, newest first.

        With their whole messages; without merges that changed nothing themselves. FlowError for an end that
        is not there.
        """

    def changes(self, base: str, head: str) -> Sequence[Change]:
        """The same, and which of them git does not look into: submodules and symbolic links."""

    def lay_out(self, commit: str, folder: Path, wanted: Callable[[str], bool]) -> None:
        """Write files of a commit below a folder: those that are wanted, and every symbolic link."""

    def show(self, ref: str, path: str) -> str | None:
        """A file's text at a ref; None if it is not there."""

    def files(self, paths: Sequence[str]) -> Sequence[str]:
        """Files below the given paths in the working tree: tracked or untracked, but not ignored; sorted.

        What submodules have checked out belongs to them.
        """

    def unseen(self, paths: Sequence[str], wanted: Callable[[Change], bool]) -> Sequence[str]:
        """Files at and below the paths that :meth:`files` passes over: ignored ones, and ``.git``; sorted.

        :param wanted: which of them; also asked of folders, closed, to spare looking into them. A repository
            inside another is one, closed.
        """

    def tracked(self) -> Sequence[str]:
        """Every path that git tracks, whether or not it is still there; sorted."""

    def branches(self, pattern: str) -> Sequence[str]:
        """Names of local and origin's branches that match a glob, without ``refs/...`` and ``origin/``."""

    def tags(self, pattern: str) -> Sequence[str]:
        """Names of tags that match a glob."""

    def fetch(self) -> None:
        """Bring branches and tags of origin, if there is an origin."""

    def create_branch(self, name: str, at: str) -> None:
        """Create a branch without checking it out."""

    def sign_tag(self, name: str, at: str, message: str, key: Path) -> None:
        """An annotated tag, signed with an SSH key."""

    def signed_tag(self, name: str) -> TagObject | None:
        """A tag as git keeps it, whoever signed it; None if there is no signed tag of that name here."""

    def signed_tags(self, prefix: str) -> Mapping[str, TagObject]:
        """The signed tags below a folder of names (``record/delivery/``), as git keeps them, by name."""

    def push(self, refs: Sequence[str]) -> None:
        """Push refs to origin, all or none."""

    def signing_key(self) -> Path | None:
        """The SSH key that git is told to sign with (``user.signingkey``); None if none is set."""

    def remote_url(self) -> str:
        """URL of origin without credentials; the folder's own path when there is no origin."""


class Signer(Protocol):
    """`ssh-keygen -Y`."""

    def sign(self, data: bytes, key: Path, namespace: str) -> bytes:
        """A detached signature in armoured form."""

    def verify(self, data: bytes, signature: bytes, allowed_signers: str, namespace: str) -> Signature:
        """FlowError(REFUSED) unless valid and by a key that the allowed-signers text accepts for it."""

    def accepted(self, allowed_signers: str, namespace: str) -> Sequence[Signature]:
        """Whom the allowed-signers text accepts for that namespace now; of each line the first name."""

    def public_key(self, key: Path) -> Signature:
        """Fingerprint of a key (principal: its comment)."""

    def public_half(self, key: Path) -> str:
        """The public half of a key as a line of allowed signers has it: ``ssh-ed25519 AAAA...``."""
