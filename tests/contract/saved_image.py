"""Images as `docker image save` writes them when it is given an id, without an engine."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path

OS_RELEASE = 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME={codename}\nPRETTY_NAME="Debian GNU/Linux 13"\n'
STATUS = """Package: libssl3t64
Status: install ok installed
Maintainer: Somebody <somebody@example.org>
Architecture: amd64
Source: openssl
Version: 3.5.1-1
Description: Secure Sockets Layer toolkit

Package: perl-base
Status: install ok installed
Maintainer: Somebody <somebody@example.org>
Architecture: amd64
Source: perl
Version: 5.40.1-6
Description: minimal Perl system
"""
METADATA = "Metadata-Version: 2.1\nName: requests\nVersion: 2.39.0\n"
DEBIAN: Mapping[str, bytes] = {
    "etc/os-release": OS_RELEASE.format(codename="trixie").encode(),
    "var/lib/dpkg/status": STATUS.encode(),
    "usr/lib/python3/dist-packages/requests-2.39.0.dist-info/METADATA": METADATA.encode(),
}


def save_image(files: Mapping[str, bytes], archive: Path) -> None:
    """Write an image of one layer with these files (by path; all may be executed)."""
    layer = _tar(files)
    identity = f"sha256:{hashlib.sha256(layer).hexdigest()}"
    config = json.dumps(
        {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [identity]}}
    ).encode()
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    manifest = [{"Config": name, "RepoTags": None, "Layers": ["layer.tar"]}]
    content = {name: config, "layer.tar": layer, "manifest.json": json.dumps(manifest).encode()}
    archive.write_bytes(_tar(content))


def _tar(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o755
            tar.addfile(entry, io.BytesIO(content))
    return made.getvalue()
