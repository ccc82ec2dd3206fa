"""Whom to believe that a registry is the one it says it is.

An authority of one's own is told where Docker is told it, so that it is told once: a file ``ca.crt`` in a
folder named after the registry's host, https://docs.docker.com/engine/security/certificates/.
"""

from __future__ import annotations

import os
from pathlib import Path


def certificate_authority(registry: str) -> Path | None:
    """The file with the authority of a registry's certificate; None where the machine's own will do.

    :param registry: host[:port].
    """
    files = (folder / registry / "ca.crt" for folder in _folders())
    return next((file for file in files if file.is_file()), None)


def trust_folder(registry: str) -> Path:
    """The folder for the authority of a registry whose engine runs on this machine."""
    return _folders()[0] / registry


def _folders() -> tuple[Path, ...]:
    """Of the engine, of one without root, of one in a virtual machine (Docker Desktop)."""
    home = Path.home()
    own = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    return Path("/etc/docker/certs.d"), own / "docker" / "certs.d", home / ".docker" / "certs.d"
