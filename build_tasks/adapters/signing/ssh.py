"""Signatures with SSH keys, through `ssh-keygen -Y` (OpenSSH 8.2 or newer)."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from build_tasks.adapters.programs.process import Processes
from build_tasks.adapters.signing.ssh_signers import AllowedSigner, parse_allowed_signers, without_blank_lines
from build_tasks.errors import ExitCode, FlowError, ToolError
from build_tasks.model.source import Signature

_LISTED = re.compile(r"\d+ (SHA256:\S+) (.*) \(\S+\)")
_GOOD = re.compile(r'^Good "[^\n]*" signature (?:for [^\n]+ )?with \S+ key (SHA256:\S+)$', re.M)

#: Seconds for which a signature that was accepted is not asked about again: each gate of a command asks.
#: A validity that ends in between is noticed that much later.
_ACCEPTED_FOR = 60.0

#: A key that needs a passphrase is an error, not a question: nobody may be there to answer.
_NEVER_ASK = {"SSH_ASKPASS_REQUIRE": "never", "SSH_ASKPASS": "", "DISPLAY": "", "LC_ALL": "C"}

#: What ssh-keygen says, why that is, and what helps; ``{key}`` is the key's path.
_KEY_TROUBLE = (
    ("incorrect passphrase", "the key {key} has a passphrase and no ssh-agent holds it", "ssh-add {key}"),
    ("No such file", "there is no key {key}", "name a private key, or make one: ssh-keygen -t ed25519"),
    ("too open", "others may read the key {key}", "chmod 600 {key}"),
    (
        "No private key found",
        "{key} is a public key and no ssh-agent holds the other half",
        "ssh-add the key",
    ),
)


class SshSigner:
    """The port ``Signer``. A running ssh-agent that holds the key is used.

    :param ssh_keygen: the program.
    """

    def __init__(self, processes: Processes, ssh_keygen: Path) -> None:
        self._processes = processes
        self._ssh_keygen = ssh_keygen
        self._accepted: dict[tuple[bytes, bytes, str, str], tuple[float, Signature]] = {}

    def sign(self, data: bytes, key: Path, namespace: str) -> bytes:
        """A detached signature, in armoured form.

        :param namespace: what the signature is for; it verifies for nothing else.
        :raises FlowError: CONFIG when the key cannot be used as it is.
        """
        what = f"sign with {key}"
        try:
            words = (self._ssh_keygen, "-q", "-Y", "sign", "-f", key.absolute(), "-n", namespace)
            done = self._processes.run(words, stdin=data, env=_NEVER_ASK, what=what, raw_stdout=True)
        except ToolError as error:
            raise _key_error(error, key) from None
        return done.stdout.encode()

    def verify(self, data: bytes, signature: bytes, allowed_signers: str, namespace: str) -> Signature:
        """Who signed, if a line of the allowed signers accepts that key for this namespace now.

        :raises FlowError: REFUSED, saying why; CONFIG when the allowed signers cannot be read.
        """
        asked = (sha256(data).digest(), signature, allowed_signers, namespace)
        now, known = time.monotonic(), self._accepted.get(asked)
        if known is None or now - known[0] >= _ACCEPTED_FOR:
            known = self._accepted[asked] = now, self._verify(data, signature, allowed_signers, namespace)
        return known[1]

    def _verify(self, data: bytes, signature: bytes, allowed_signers: str, namespace: str) -> Signature:
        what = f"verify a signature ({namespace})"
        signers = parse_allowed_signers(allowed_signers, what)
        with _private_file(signature) as file:
            key = self._signing_key(data, file, namespace, what)
            with allowed_signers_file(allowed_signers) as allowed:
                words = ("-Y", "verify", "-s", file, "-f", allowed, "-n", namespace)
                said: list[str] = []
                for name in _candidates(signers, key):
                    done = self._ask((*words, "-I", name), data, what)
                    if done is None:
                        return Signature(name, key)
                    said += [line for line in done.splitlines() if line not in said]
        raise _not_accepted(what, key, said, str(allowed))

    def accepted(self, allowed_signers: str, namespace: str) -> Sequence[Signature]:
        """Whom the allowed signers accept for a namespace now; of each line the first name.

        :raises FlowError: CONFIG when the allowed signers cannot be read.
        """
        now = datetime.now(UTC)
        signers = parse_allowed_signers(allowed_signers, f"read who may sign ({namespace})")
        return [
            Signature(signer.principals[0], signer.fingerprint)
            for signer in signers
            if signer.principals and signer.accepts(namespace, now)
        ]

    def public_key(self, key: Path) -> Signature:
        """Fingerprint of a key, private or public; the principal is its comment.

        :raises FlowError: CONFIG when there is no such key.
        """
        words = (self._ssh_keygen, "-E", "sha256", "-l", "-f", key.absolute())
        try:
            done = self._processes.run(words, env=_NEVER_ASK, what=f"read the key {key}")
        except ToolError as error:
            raise _key_error(error, key) from None
        listed = _LISTED.fullmatch(done.stdout.strip())
        if listed is None:
            raise FlowError(f"read the key {key}", "it is not one SSH key", code=ExitCode.CONFIG)
        return Signature("" if listed[2] == "no comment" else listed[2], listed[1])

    def public_half(self, key: Path) -> str:
        """The public half of a private key, type and key alone.

        :raises FlowError: CONFIG when the key cannot be used as it is.
        """
        words = (self._ssh_keygen, "-y", "-P", "", "-f", key.absolute())
        try:
            done = self._processes.run(words, env=_NEVER_ASK, what=f"read the key {key}")
        except ToolError as error:
            raise _key_error(error, key) from None
        kind, public, *_ = done.stdout.split()
        return f"{kind} {public}"

    def _signing_key(self, data: bytes, file: Path, namespace: str, what: str) -> str:
        """Fingerprint of the key that made the signature, whoever's it is."""
        words = (self._ssh_keygen, "-Y", "check-novalidate", "-s", file, "-n", namespace)
        done = self._processes.run(words, stdin=data, env=_NEVER_ASK, what=what, check=False)
        good = _GOOD.search(done.stdout)
        if done.status == 0 and good:
            return good[1]
        if "namespace does not match" in done.stderr:
            why = f"the signature was made for another purpose than {namespace}"
        elif "incorrect signature" in done.stderr:
            why = "what was signed has been changed since, or the signature belongs to something else"
        else:
            why = "that is not an SSH signature"
        raise FlowError(what, why, code=ExitCode.REFUSED, details=done.stderr.splitlines(), log=self._log)

    def _ask(self, words: Sequence[str | Path], data: bytes, what: str) -> str | None:
        """None if ssh-keygen accepts, else what it says."""
        argv = (self._ssh_keygen, *words)
        done = self._processes.run(argv, stdin=data, env=_NEVER_ASK, what=what, check=False)
        return None if done.status == 0 else done.stderr

    @property
    def _log(self) -> Path | None:
        return self._processes.log.path


@contextmanager
def allowed_signers_file(text: str) -> Iterator[Path]:
    """The allowed signers as a file that only this account can read."""
    with _private_file(without_blank_lines(text).encode()) as path:
        yield path


@contextmanager
def _private_file(content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="build-tasks-") as folder:
        path = Path(folder, "file")
        path.write_bytes(content)
        yield path


def _candidates(signers: Sequence[AllowedSigner], key: str) -> Iterator[str]:
    """Names that the key may go by: for a certificate, whose key is not in the text, its authority's."""
    for signer in signers:
        if signer.fingerprint == key or signer.option("cert-authority") is not None:
            yield from signer.principals


def _not_accepted(what: str, key: str, said: Sequence[str], file: str) -> FlowError:
    why = f"the key {key} is not among the allowed signers"
    if said:
        why = f"the allowed signers name the key {key}, but not for this, or not now"
    details = [line.replace(file, "allowed signers") for line in said]
    fix = "have it added to the allowed signers, for this purpose, by a pull request into main"
    return FlowError(what, why, fix, code=ExitCode.REFUSED, details=details)


def _key_error(error: ToolError, key: Path) -> FlowError:
    for sign, why, fix in _KEY_TROUBLE:
        if sign in error.stderr:
            return FlowError(
                error.what, why.format(key=key), fix.format(key=key), code=ExitCode.CONFIG, log=error.log
            )
    return FlowError(
        error.what, f"{key} is not a usable SSH key", code=ExitCode.CONFIG, details=error.details
    )
