"""Signatures without cryptography: a key is a path that the fake was told of."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from build_tasks.adapters.signing.ssh_signers import AllowedSigner, fingerprint, parse_allowed_signers
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.source import Signature

_KIND = b"ssh-ed25519"


class FakeSigner:
    """The port ``Signer``. Its clock stands still at ``now``."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self._keys: dict[Path, tuple[bytes, str]] = {}

    def add_key(self, key: Path, comment: str = "") -> str:
        """Make a key; gives its public half as OpenSSH writes it."""
        blob = b"".join(
            len(part).to_bytes(4, "big") + part for part in (_KIND, sha256(str(key).encode()).digest())
        )
        self._keys[key] = (blob, comment)
        return f"{_KIND.decode()} {base64.b64encode(blob).decode()} {comment}".rstrip()

    def sign(self, data: bytes, key: Path, namespace: str) -> bytes:
        blob = self._key(key, f"sign with {key}")[0].hex()
        return json.dumps(
            {"key": blob, "namespace": namespace, "seal": _seal(data, blob, namespace)}
        ).encode()

    def verify(self, data: bytes, signature: bytes, allowed_signers: str, namespace: str) -> Signature:
        what = f"verify a signature ({namespace})"
        signers = parse_allowed_signers(allowed_signers, what)
        try:
            claim = json.loads(signature)
        except ValueError:
            raise FlowError(what, "that is not an SSH signature", code=ExitCode.REFUSED) from None
        if claim["seal"] != _seal(data, claim["key"], claim["namespace"]):
            raise FlowError(what, "what was signed has been changed since", code=ExitCode.REFUSED)
        if claim["namespace"] != namespace:
            why = f"the signature was made for another purpose than {namespace}"
            raise FlowError(what, why, code=ExitCode.REFUSED)
        key = fingerprint(bytes.fromhex(claim["key"]))
        for signer in signers:
            if signer.fingerprint == key and self._accepts(signer, namespace):
                return Signature(signer.principals[0], key)
        named = any(signer.fingerprint == key for signer in signers)
        why = f"name the key {key}, but not for this, or not now" if named else f"do not name the key {key}"
        raise FlowError(what, f"the allowed signers {why}", code=ExitCode.REFUSED)

    def accepted(self, allowed_signers: str, namespace: str) -> Sequence[Signature]:
        signers = parse_allowed_signers(allowed_signers, "read who may sign")
        return [Signature(s.principals[0], s.fingerprint) for s in signers if self._accepts(s, namespace)]

    def public_key(self, key: Path) -> Signature:
        blob, comment = self._key(key, f"read the key {key}")
        return Signature(comment, fingerprint(blob))

    def public_half(self, key: Path) -> str:
        blob, _ = self._key(key, f"read the key {key}")
        return f"{_KIND.decode()} {base64.b64encode(blob).decode()}"

    def _key(self, key: Path, what: str) -> tuple[bytes, str]:
        if key not in self._keys:
            raise FlowError(what, f"there is no key {key}", code=ExitCode.CONFIG)
        return self._keys[key]

    def _accepts(self, signer: AllowedSigner, namespace: str) -> bool:
        namespaces, after, before = map(signer.option, ("namespaces", "valid-after", "valid-before"))
        return (
            (namespaces is None or namespace in namespaces.split(","))
            and (after is None or _date(after) <= self.now)
            and (before is None or self.now < _date(before))
        )


def _seal(data: bytes, key: str, namespace: str) -> str:
    return sha256(b"\0".join((data, key.encode(), namespace.encode()))).hexdigest()


def _date(text: str) -> datetime:
    return datetime.strptime(text[:8], "%Y%m%d").replace(tzinfo=UTC)
