"""Annotated tags with an SSH signature."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from build_tasks.adapters.git_command import Git
from build_tasks.adapters.process import Completed
from build_tasks.adapters.ssh import SshSigner, allowed_signers_file
from build_tasks.adapters.ssh_signers import parse_allowed_signers
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.source import SignedTag, TagObject

#: The namespace in which git verifies signatures of commits and tags.
_NAMESPACE = "git"
_ARMOUR = "-----BEGIN SSH SIGNATURE-----"
_GOOD = re.compile(r'^Good "git" signature for (.+) with \S+ key (SHA256:\S+)$', re.M)
_STRANGER = re.compile(r'^Good "git" signature with \S+ key (SHA256:\S+)$', re.M)


@dataclass(frozen=True)
class _TagObject:
    """What `git cat-file tag` prints."""

    commit: str
    kind: str
    name: str
    message: str
    signed: bool

    @classmethod
    def parse(cls, text: str) -> _TagObject:
        head, _, body = text.partition("\n\n")
        fields = dict(line.partition(" ")[::2] for line in head.splitlines())
        message, armour, _ = body.partition(_ARMOUR)
        return cls(fields["object"], fields["type"], fields["tag"], message.rstrip("\n"), bool(armour))


def _apart(text: str) -> TagObject | None:
    signed, armour, rest = text.partition(_ARMOUR)
    return TagObject(signed.encode(), (armour + rest).encode()) if armour else None


class TagSigner:
    """Makes and checks signed tags of one repository."""

    def __init__(self, git: Git, ssh_keygen: Path) -> None:
        self._git = git
        self._ssh_keygen = ssh_keygen
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

    def verify(self, name: str, allowed_signers: str) -> SignedTag:
        """A tag whose signature is valid and by an allowed signer.

        As git does, a key's ``valid-after`` and ``valid-before`` are held against the tag's own date.

        :raises FlowError: REFUSED, saying why; CONFIG when the allowed signers cannot be read.
        """
        what = f"verify the tag {name}"
        parse_allowed_signers(allowed_signers, what)
        made, tag = self._read(name, what)
        with allowed_signers_file(allowed_signers) as allowed:
            settings = (
                f"gpg.ssh.allowedSignersFile={allowed}",
                f"gpg.ssh.program={self._ssh_keygen}",
                # Only SSH signatures count; another kind must not start another program.
                "gpg.program=false",
                "gpg.x509.program=false",
            )
            done = self._git.run("verify-tag", "--raw", made, settings=settings, what=what, check=False)
        good = _GOOD.search(done.stderr)
        if done.status != 0 or good is None:
            raise self._git.failed(done, what, _why_refused(done), "", ExitCode.REFUSED)
        return SignedTag(name, tag.commit, tag.message, principal=good[1], fingerprint=good[2])

    def taken_apart(self, name: str) -> TagObject | None:
        """What was signed and its signature, unchecked; None if there is no tag with an SSH signature."""
        what = f"read the tag {name}"
        made = self._git.resolve(f"refs/tags/{name}", kind="")
        if made is None or self._git.run("cat-file", "-t", made, what=what).stdout.strip() != "tag":
            return None
        return _apart(self._git.run("cat-file", "tag", made, what=what, content=True).stdout)

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

    def _read(self, name: str, what: str) -> tuple[str, _TagObject]:
        """Full name and content of the tag object; everything but the signature itself is checked."""
        made = self._git.resolve(f"refs/tags/{name}", kind="")
        if made is None:
            why = "there is no such tag here"
            raise FlowError(what, why, "git fetch --tags origin may bring it", code=ExitCode.REFUSED)
        if self._git.run("cat-file", "-t", made, what=what).stdout.strip() != "tag":
            why = "it is a lightweight tag, which carries no signature"
            raise FlowError(what, why, code=ExitCode.REFUSED)
        tag = _TagObject.parse(self._git.run("cat-file", "tag", made, what=what, content=True).stdout)
        if not tag.signed:
            raise FlowError(what, "it carries no SSH signature", code=ExitCode.REFUSED)
        if tag.name != name:
            why = f"it was signed as {tag.name} and has been renamed"
            raise FlowError(what, why, code=ExitCode.REFUSED)
        if tag.kind != "commit":
            raise FlowError(what, f"it names a {tag.kind}, not a commit", code=ExitCode.REFUSED)
        return made, tag

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


def _why_refused(done: Completed) -> str:
    stranger = _STRANGER.search(done.stderr)
    if stranger:
        return f"the key {stranger[1]} is not among the allowed signers, or was not when the tag was made"
    if "not permitted for use" in done.stderr:
        return "the allowed signers name its key, but not for signing tags (namespace git)"
    if "incorrect signature" in done.stderr:
        return "the tag has been changed since it was signed"
    return "the signature is not valid"
