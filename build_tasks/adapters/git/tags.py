"""Annotated tags with an SSH signature."""

from __future__ import annotations

from pathlib import Path

from build_tasks.adapters.git.command import Git
from build_tasks.adapters.signing.ssh import SshSigner
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.source import TagObject

#: The namespace in which git verifies signatures of commits and tags.
_NAMESPACE = "git"
_ARMOUR = "-----BEGIN SSH SIGNATURE-----"


def _apart(text: str) -> TagObject | None:
    signed, armour, rest = text.partition(_ARMOUR)
    return TagObject(signed.encode(), (armour + rest).encode()) if armour else None


class TagSigner:
    """Makes signed tags of one repository, and takes them apart for whoever checks them."""

    def __init__(self, git: Git, ssh_keygen: Path) -> None:
        self._git = git
        self._signer = SshSigner(git.processes, ssh_keygen)

    def configured_key(self) -> Path | None:
        """The key file that ``user.signingkey`` names; None if it names none, or a key that is not a file."""
        what = "look up the signing key"
        words = ("config", "--type=path", "--get", "user.signingkey")
        done = self._git.run(*words, what=what, check=False)
        if done.status not in (0, 1):
            raise self._git.failed(done, what, "git cannot read its configuration", "", ExitCode.CONFIG)
        name = done.stdout.strip()
        path = self._git.root / name
        # Otherwise it is a key's text (key::..., ssh-...) or the name of an OpenPGP key.
        is_file = not name.startswith(("key::", "ssh-", "ecdsa-", "sk-")) and ("/" in name or path.is_file())
        return path if is_file else None

    def sign(self, name: str, at: str, message: str, key: Path) -> None:
        """Make an annotated tag with a signature.

        The tag object is made here and the ref last: `git tag --sign` (2.39) makes an unsigned tag, and
        says that all is well, when the key is not there.

        :raises FlowError: CONFLICT when there is such a tag; CONFIG when git does not know who the user is,
            or the key cannot be used; USAGE for a name that git does not allow.
        """
        what = f"sign the tag {name}"
        commit = self._git.commit_of(at, what)
        ref = self._free_ref(name, what)
        text = (
            f"object {commit}\ntype commit\ntag {name}\ntagger {self._tagger(what)}\n\n{message.rstrip()}\n"
        )
        signature = self._signer.sign(text.encode(), key, _NAMESPACE)
        made = self._git.run("mktag", stdin=text.encode() + signature, what=what).stdout.strip()
        done = self._git.run("update-ref", ref, made, "0" * len(made), what=what, check=False)
        if done.status != 0:
            raise self._git.failed(done, what, "a tag is in its way", "", ExitCode.CONFLICT)

    def taken_apart(self, name: str) -> TagObject | None:
        """What was signed and its signature, unchecked; None if there is no tag with an SSH signature."""
        what = f"read the tag {name}"
        made = self._git.resolve(f"refs/tags/{name}", kind="")
        if made is None or self._git.object("cat-file", "-t", made, what=what).strip() != "tag":
            return None
        return _apart(self._git.object("cat-file", "tag", made, what=what, content=True))

    def all_taken_apart(self, prefix: str) -> dict[str, TagObject]:
        """What :meth:`taken_apart` gives, of all tags whose names begin so, by name; in one look."""
        entries = "--format=%(objecttype)%00%(refname:strip=2)%00%(raw)%00"
        words = ("for-each-ref", entries, f"refs/tags/{prefix}")
        fields = self._git.run(*words, what=f"read the tags {prefix}*", content=True).stdout.split("\0")
        found = {
            name: _apart(text)
            for kind, name, text in zip(*[iter(fields)] * 3, strict=False)
            if kind.strip() == "tag"
        }
        return {name: tag for name, tag in found.items() if tag is not None}

    def _free_ref(self, name: str, what: str) -> str:
        ref = f"refs/tags/{name}"
        if name.startswith("-") or self._git.run("check-ref-format", ref, what=what, check=False).status != 0:
            raise FlowError(what, "git does not allow such a name for a tag", code=ExitCode.USAGE)
        if self._git.resolve(ref, kind="") is not None:
            raise FlowError(what, f"there is a tag {name} already", code=ExitCode.CONFLICT)
        return ref

    def _tagger(self, what: str) -> str:
        """Name, address and time, as the user told git; git's guesses from the host's name do not count."""
        settings = ("user.useConfigOnly=true",)
        done = self._git.run("var", "GIT_COMMITTER_IDENT", settings=settings, what=what, check=False)
        if done.status != 0:
            why = "git does not know who you are (user.name, user.email)"
            fix = 'git config user.name "Your Name" && git config user.email you@your.domain'
            raise self._git.failed(done, what, why, fix, ExitCode.CONFIG)
        return done.stdout.strip()
