"""The certificate authorities that this host trusts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


class HostCertificates:
    """Reads a bundle of certificates.

    :param bundle: file with PEM certificates, e.g. what ``ssl.get_default_verify_paths().cafile`` names.
    :param shipped: folder with those that every Debian brings anyway; they are left out.
    """

    def __init__(self, bundle: Path, shipped: Path = Path("/usr/share/ca-certificates")) -> None:
        self._bundle = bundle
        self._shipped = shipped

    def certificates(self) -> Mapping[str, bytes]:
        """PEM texts, one certificate each, by a file name made from their content; empty without a bundle."""
        if not self._bundle.is_file():
            return {}
        known = {pem for file in self._shipped.rglob("*.crt") for pem in _split(file.read_bytes())}
        found = {pem for pem in _split(self._bundle.read_bytes()) if pem not in known}
        return {f"{hashlib.sha256(pem).hexdigest()[:16]}.crt": pem for pem in found}


def _split(text: bytes) -> list[bytes]:
    """Every certificate of a PEM text, with equal ones written equally."""
    return [c.replace(b"\r", b"") + b"\n" for c in _CERTIFICATE.findall(text)]
